/*
 * env: the settings table. All settings come from the environment and begin
 * with ECHO_; a service's table says name, type, default and meaning, and the
 * same table prints --help.
 *
 * env_load finds all problems before it gives up: a missing required setting,
 * a bad value, an ECHO_ variable that no table knows (a typing error would
 * otherwise be silent). For every text setting NAME_FILE names a file that
 * holds the value (how secrets arrive in a cluster); one trailing newline is
 * dropped. Values live for the life of the process.
 */
#ifndef ECHO_BASE_ENV_H
#define ECHO_BASE_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum setting_type { SETTING_TEXT, SETTING_INT, SETTING_BOOL };

struct setting {
	const char *name;     /* with ECHO_; NULL ends a table */
	enum setting_type type;
	void *value;          /* const char **, int64_t * or bool * */
	const char *fallback; /* default as text; NULL: required */
	int64_t min, max;     /* of SETTING_INT; both 0: no bounds */
	const char *choices;  /* of SETTING_TEXT: space separated, or NULL */
	bool secret;          /* never printed */
	const char *about;    /* one line, with the unit */
};

/*
 * Read all tables (an array of count tables). Returns the number of problems,
 * each written to problems as one line; 0 means that every value is set.
 */
size_t env_load(const struct setting *const tables[], size_t count,
		FILE *problems);

/* Print the tables as help, with what is in force (secrets masked). */
void env_help(const struct setting *const tables[], size_t count, FILE *out);

#endif
