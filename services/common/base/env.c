/*
 * env: one row, one value. Every row is visited even after a problem, so that
 * an operator corrects a deployment once and not once for each mistake.
 */
#include "services/common/base/env.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/common/base/arena.h"
#include "services/common/base/text.h"

#define PREFIX "ECHO_"
#define FILE_SUFFIX "_FILE"
#define FILE_BYTES_MAX 65536
#define NAME_BYTES_MAX 128

/* Where a value comes from: the variable, the file it names, or the table. */
struct found {
	const char *text; /* NULL: there is none */
	bool bad;         /* a problem has been reported */
};

/* Holds the values for the life of the process. */
static struct arena *values;

/* NAME_FILE of a row's NAME. */
static const char *file_variable(const struct setting *row,
				 char name[NAME_BYTES_MAX])
{
	assert(strlen(row->name) + sizeof(FILE_SUFFIX) <= NAME_BYTES_MAX);
	strcpy(name, row->name);
	strcat(name, FILE_SUFFIX);
	return name;
}

/* The whole file without one trailing newline, or NULL and why. */
static const char *read_file(const char *path, const char **why)
{
	char bytes[FILE_BYTES_MAX + 1];
	FILE *file = fopen(path, "re");
	size_t length;

	*why = strerror(errno);
	if (file == NULL)
		return NULL;
	length = fread(bytes, 1, sizeof(bytes), file);
	*why = ferror(file) ? strerror(errno) : NULL;
	fclose(file);
	if (*why == NULL && length > FILE_BYTES_MAX)
		*why = "it is larger than 64 KiB";
	if (*why == NULL && memchr(bytes, '\0', length) != NULL)
		*why = "it holds a NUL character";
	if (*why != NULL)
		return NULL;
	if (length > 0 && bytes[length - 1] == '\n')
		length--;
	return arena_copy(values, bytes, length);
}

static struct found find_text(const struct setting *row, FILE *problems)
{
	char name[NAME_BYTES_MAX];
	const char *value = getenv(row->name);
	const char *path = getenv(file_variable(row, name));
	struct found found = { 0 };
	const char *why;

	if (row->type != SETTING_TEXT)
		path = NULL; /* reported as unknown */
	if (value != NULL && path != NULL) {
		fprintf(problems, "%s: %s is set too; set one of them\n",
			row->name, name);
		found.bad = true;
	} else if (path != NULL) {
		found.text = read_file(path, &why);
		found.bad = found.text == NULL;
		if (found.bad)
			fprintf(problems, "%s: cannot read the file: %s\n",
				name, why);
	} else if (value != NULL) {
		found.text = arena_strdup(values, value);
	} else {
		found.text = row->fallback;
	}
	return found;
}

/* ---- one row of each type; what is wrong, or NULL ---- */

static const char *set_text(const struct setting *row, const char *text)
{
	bool required = row->fallback == NULL;

	if (required && text[0] == '\0')
		return "is required";
	if (row->choices != NULL && !text_in_list(row->choices, text) &&
	    (required || strcmp(text, row->fallback) != 0))
		return "is not one of the choices";
	*(const char **)row->value = text;
	return NULL;
}

static const char *set_int(const struct setting *row, const char *text)
{
	int64_t number;

	if (!text_to_int64(text, &number))
		return "is not a whole number";
	if ((row->min != 0 || row->max != 0) &&
	    (number < row->min || number > row->max))
		return "is out of range";
	*(int64_t *)row->value = number;
	return NULL;
}

static const char *set_bool(const struct setting *row, const char *text)
{
	bool yes = text_in_list("true yes on 1", text);

	if (!yes && !text_in_list("false no off 0", text))
		return "is neither true nor false";
	*(bool *)row->value = yes;
	return NULL;
}

static const char *(*const setters[])(const struct setting *,
				      const char *) = {
	[SETTING_TEXT] = set_text,
	[SETTING_INT] = set_int,
	[SETTING_BOOL] = set_bool,
};

/* What would be right: "a whole number from 1 to 64". */
static void print_kind(const struct setting *row, FILE *out)
{
	if (row->type == SETTING_BOOL)
		fprintf(out, "true or false");
	else if (row->type == SETTING_TEXT && row->choices == NULL)
		fprintf(out, "text");
	else if (row->type == SETTING_TEXT)
		fprintf(out, "one of: %s", row->choices);
	else if (row->min == 0 && row->max == 0)
		fprintf(out, "a whole number");
	else
		fprintf(out, "a whole number from %lld to %lld",
			(long long)row->min, (long long)row->max);
}

/* A value may end up in a log: no control characters, and nothing secret. */
static void print_value(const struct setting *row, const char *text, FILE *out)
{
	if (row->secret)
		fprintf(out, "(hidden)");
	else if (text_has_control(text) || strchr(text, '\n') != NULL)
		fprintf(out, "(%zu characters)", strlen(text));
	else
		fprintf(out, "\"%s\"", text);
}

static size_t load_row(const struct setting *row, FILE *problems)
{
	struct found found = find_text(row, problems);
	const char *problem;

	if (found.bad)
		return 1;
	problem = found.text == NULL ? "is required" :
				       setters[row->type](row, found.text);
	if (problem == NULL)
		return 0;
	fprintf(problems, "%s: ", row->name);
	if (found.text != NULL && found.text[0] != '\0') {
		print_value(row, found.text, problems);
		fprintf(problems, " ");
	}
	fprintf(problems, "%s; expected ", problem);
	print_kind(row, problems);
	fprintf(problems, " (%s)\n", row->about);
	return 1;
}

/* ---- variables that no row knows ---- */

static bool row_takes(const struct setting *row, const char *name)
{
	char file[NAME_BYTES_MAX];

	return strcmp(row->name, name) == 0 ||
	       (row->type == SETTING_TEXT &&
		strcmp(file_variable(row, file), name) == 0);
}

static bool is_known(const struct setting *const tables[], size_t count,
		     const char *name)
{
	for (size_t i = 0; i < count; i++) {
		for (const struct setting *row = tables[i];
		     row != NULL && row->name != NULL; row++) {
			if (row_takes(row, name))
				return true;
		}
	}
	return false;
}

/* One entry of the environment, NAME=VALUE. */
static size_t check_variable(const struct setting *const tables[],
			     size_t count, const char *entry, FILE *problems)
{
	size_t length = strcspn(entry, "=");
	char name[NAME_BYTES_MAX];

	if (strncmp(entry, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	if (length < sizeof(name)) {
		memcpy(name, entry, length);
		name[length] = '\0';
		if (is_known(tables, count, name))
			return 0;
	}
	if (length > 60)
		length = 60;
	fprintf(problems, "%.*s: is not a setting of this program\n",
		(int)length, entry);
	return 1;
}

size_t env_load(const struct setting *const tables[], size_t count,
		FILE *problems)
{
	size_t problem_count = 0;

	if (values == NULL)
		values = arena_new(1024);
	for (size_t i = 0; i < count; i++) {
		for (const struct setting *row = tables[i];
		     row != NULL && row->name != NULL; row++) {
			assert(strncmp(row->name, PREFIX,
				       strlen(PREFIX)) == 0);
			problem_count += load_row(row, problems);
		}
	}
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
		problem_count += check_variable(tables, count, *entry,
						problems);
	return problem_count;
}

/* ---- help ---- */

/* What is in force: what env_load has set. */
static void print_in_force(const struct setting *row, FILE *out)
{
	const char *text;

	if (row->type == SETTING_INT) {
		fprintf(out, "%lld", (long long)*(int64_t *)row->value);
	} else if (row->type == SETTING_BOOL) {
		fprintf(out, *(bool *)row->value ? "true" : "false");
	} else {
		text = *(const char **)row->value;
		if (text == NULL)
			fprintf(out, "not set");
		else
			print_value(row, text, out);
	}
}

void env_help(const struct setting *const tables[], size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		for (const struct setting *row = tables[i];
		     row != NULL && row->name != NULL; row++) {
			fprintf(out, "  %s\n      %s\n      ", row->name,
				row->about);
			print_kind(row, out);
			if (row->fallback == NULL)
				fprintf(out, "; required");
			else
				fprintf(out, "; default \"%s\"",
					row->fallback);
			fprintf(out, "; in force: ");
			print_in_force(row, out);
			fprintf(out, "\n");
		}
	}
	fprintf(out, "A text setting may also be read from a file: "
		     "set NAME" FILE_SUFFIX " to its path.\n");
}
