/*
 * command: what superhub can do is a table of these. One struct gives a
 * command its usage, its options, its help and its completion.
 *
 * run gets the command's own arguments (argv[0] is its name), parses them with
 * command_parse, and returns one of the exit codes. Whatever is wrong is told
 * to the user by complain, which says what to do next. The program runs one
 * command in one thread and then ends, so memory comes from one arena that is
 * never reset.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "services/common/base/arena.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct remote;

struct command {
	const char *name;
	const char *arguments; /* as usage shows them: "FILE", or NULL */
	const char *about;     /* one sentence */
	const char *words;     /* what may stand as argument, or NULL */
	const char *details;   /* what --help says after the options, or NULL */
	const struct argp_option *options; /* NULL: none */
	argp_parser_t parser;
	bool calls;            /* takes --as-person and --timeout, */
	bool prints;           /* and --format: child inputs 0 and 1 */
	int (*run)(const struct command *command, int argc, char **argv);
	const struct remote *remote; /* of a command that is one call */
};

/* All of them, in the order of help; NULL ends. */
extern const struct command *const commands[];

/* The arena of the program. */
extern struct arena *memory;

/* The command's options: its own, or those of the call that it is. */
const struct argp_option *command_options(const struct command *command);

/* Parse with the command's parser, whose state->input is input; does not
 * return when the usage is wrong (exit 2) or help was asked for. */
void command_parse(const struct command *command, int argc, char **argv,
		   void *input);

/* "superhub: ..." on standard error. Returns EXIT_FAILED. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Each in the file of its name; the second lot in calls.c. */
extern const struct command audit_command, keys_command, status_command,
	clock_command,
	import_command, outbox_command, report_command, call_command,
	completion_command, undo_command, export_command,
	person_data_command, requests_command, erase_command,
	retention_command;
extern const struct command hubs_command, networks_command, people_command,
	programmes_command, sessions_command, session_command, plan_command,
	publish_command, reschedule_command, cancel_command, advance_command,
	attendance_command, review_command, plans_command, messages_command,
	figures_command, imports_command;

#endif
