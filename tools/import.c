/* superhub import: files of hubs, networks, members, sessions, attendance. */
#include <stdio.h>
#include <string.h>

#include "services/common/base/text.h"
#include "tools/batch.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/csv_file.h"
#include "tools/import.h"
#include "tools/output.h"
#include "tools/progress.h"

#define CELL_BYTES_MAX 16384
#define TALLIES_MAX 32
#define SHOWN_MAX 50 /* rejected rows on the screen */

static const struct kind {
	const char *name, *service, *method;
	const char *required; /* columns without which no row can be right */
	const char *column, *field; /* one that is called otherwise inside */
} kinds[] = {
	{ "hubs", "registry", "ImportHubs", "name" },
	{ "networks", "registry", "ImportNetworks", "hub title slug" },
	{ "members", "registry", "ImportMembers",
	  "email first_name last_name network" },
	{ "sessions", "scheduler", "ImportSession",
	  "network programme number title date start", "zoom_id",
	  "zoom_meeting" },
	{ "attendance", "scheduler", "ImportAttendance",
	  "network email minutes" },
};

/* How often something came out: "membership created". */
struct tally {
	const char *field, *word;
	size_t count;
};

struct import {
	const struct import_options *options;
	const struct kind *kind;
	struct client_method method;
	const char *names[CSV_COLUMNS_MAX];
	const field_type *fields[CSV_COLUMNS_MAX]; /* NULL: kept out */
	size_t columns, rows;
	struct batch_line *line;
	size_t done, rejected;
	struct tally tallies[TALLIES_MAX];
	FILE *errors;
};

/* ---- the header ---- */

static bool is_ours(const char *name)
{
	return strcmp(name, "error_field") == 0 || strcmp(name, "error") == 0;
}

static bool has_column(const struct import *import, const char *name,
		       size_t length)
{
	for (size_t i = 0; i < import->columns; i++)
		if (strlen(import->names[i]) == length &&
		    memcmp(import->names[i], name, length) == 0)
			return true;
	return false;
}

static const field_type *field_of(const struct import *import,
				  const char *column)
{
	const char *inside = import->kind->column;
	const field_type *field = field_find(
		import->method.input,
		inside != NULL && strcmp(column, inside) == 0
			? import->kind->field
			: column);

	return field != NULL && strcmp(field->name, "dry_run") == 0 ? NULL
								    : field;
}

/* What a field's column is called in the file. */
static const char *column_of(const struct import *import, const char *field)
{
	return import->kind->field != NULL &&
			       strcmp(field, import->kind->field) == 0
		       ? import->kind->column
		       : field;
}

static bool header_problem(const struct import *import, const char *field,
			   const char *text)
{
	csv_complain(import->options->file, 0, field, text);
	return false;
}

/* None of our names: what may it be, and what should it be? */
static bool no_header(const struct import *import)
{
	const message_type *type = import->method.input;
	struct text text = text_new(memory);

	if (import->columns == 1 && strchr(import->names[0], ';') != NULL)
		return header_problem(import, NULL,
				      "its columns are separated by "
				      "semicolons; save it with commas");
	text_add(&text, "the first row is not a header; columns are");
	for (unsigned i = 0; i < type->n_fields; i++)
		if (strcmp(type->fields[i].name, "dry_run") != 0)
			text_printf(&text, " %s",
				    column_of(import, type->fields[i].name));
	return header_problem(import, NULL, text.bytes);
}

static bool check_required(const struct import *import)
{
	const char *name = import->kind->required;
	bool good = true;

	while (*name != '\0') {
		size_t length = strcspn(name, " ");

		if (!has_column(import, name, length))
			good = header_problem(
				import, arena_copy(memory, name, length),
				"there is no such column");
		name += length + strspn(name + length, " ");
	}
	return good;
}

static bool take_header(struct import *import, size_t count,
			const char *const cells[])
{
	struct text unknown = text_new(memory);
	size_t known = 0;
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		const char *name = arena_strdup(memory, cells[i]);
		const field_type *field = field_of(import, name);

		if (has_column(import, name, strlen(name)))
			good = header_problem(import, name,
					      "there are two such columns");
		if (field == NULL && !is_ours(name))
			text_printf(&unknown, " %s", name);
		known += field != NULL;
		import->fields[i] = field;
		import->names[import->columns++] = name;
	}
	if (known == 0)
		return no_header(import);
	if (unknown.length > 0 && good)
		complain("%s: unknown columns are left out:%s",
			 import->options->file, unknown.bytes);
	return check_required(import) && good;
}

/* First time through: is the file whole? Nothing is sent. */
static bool take_check(void *context, size_t number, size_t count,
		       const char *const cells[])
{
	struct import *import = context;

	import->rows = number;
	return number > 0 || take_header(import, count, cells);
}

/* ---- rows ---- */

/* What output_csv_cell put in front of a formula goes again. */
static const char *unguarded(const char *cell)
{
	return cell[0] == '\'' && cell[1] != '\0' &&
			       strchr("=+-@\t\r", cell[1]) != NULL
		       ? cell + 1
		       : cell;
}

static ProtobufCMessage *make_request(const struct import *import,
				      struct arena *arena, size_t count,
				      const char *const cells[],
				      struct error *error)
{
	ProtobufCMessage *request = message_new(arena, import->method.input);

	for (size_t i = 0; i < count; i++) {
		const field_type *field = import->fields[i];

		if (field == NULL || cells[i][0] == '\0')
			continue;
		if (strlen(cells[i]) > CELL_BYTES_MAX) {
			error_set(error, STATUS_INVALID,
				  "is longer than 16 KiB", field->name);
			return NULL;
		}
		if (field_set(arena, request, field, unguarded(cells[i]),
			      error) != STATUS_OK)
			return NULL;
	}
	if (import->options->dry_run &&
	    field_set(arena, request,
		      field_find(import->method.input, "dry_run"), "true",
		      error) != STATUS_OK)
		return NULL;
	return request;
}

static bool take_row(void *context, size_t number, size_t count,
		     const char *const cells[])
{
	struct import *import = context;
	struct batch_row *row;
	struct arena *arena;
	size_t bytes = 0;

	if (number == 0)
		return true;
	row = batch_add(import->line, number, count, cells, &arena);
	row->request = make_request(import, arena, count, cells, &row->error);
	for (size_t i = 0; i < count; i++)
		bytes += strlen(cells[i]);
	return batch_filled(import->line, bytes);
}

static void count_word(struct import *import, const char *field,
		       const char *word)
{
	struct tally *tally = import->tallies;

	while (tally->count > 0 && (strcmp(tally->field, field) != 0 ||
				    strcmp(tally->word, word) != 0))
		if (++tally == import->tallies + TALLIES_MAX)
			return;
	if (tally->count++ == 0) {
		tally->field = field;
		tally->word = arena_strdup(memory, word);
	}
}

/* Whatever a reply says in one word is worth counting. */
static void count_reply(struct import *import, struct arena *arena,
			const ProtobufCMessage *reply)
{
	const message_type *type = reply->descriptor;

	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_type *field = &type->fields[i];
		const char *word;

		if (field->type != PROTOBUF_C_TYPE_ENUM &&
		    strcmp(field->name, "outcome") != 0)
			continue;
		word = field_get(arena, reply, field);
		if (word != NULL && word[0] != '\0')
			count_word(import, field->name, word);
	}
}

static void write_rejected(struct import *import, const struct batch_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (!is_ours(import->names[i])) {
			output_csv_cell(import->errors, row->cells[i], true);
			fputc(',', import->errors);
		}
	output_csv_cell(import->errors,
			column_of(import, row->error.field), true);
	fputc(',', import->errors);
	output_csv_cell(import->errors, row->error.message, true);
	fputs("\r\n", import->errors);
}

static void on_done(void *context, const struct batch_row *row)
{
	static struct arena *words;
	struct import *import = context;

	import->done++;
	if (row->error.status == STATUS_OK && row->reply != NULL) {
		if (words == NULL)
			words = arena_new(4096);
		count_reply(import, words, row->reply);
		arena_reset(words);
	} else {
		import->rejected++;
		progress_hide();
		if (import->rejected <= SHOWN_MAX)
			csv_complain(import->options->file, row->number,
				     column_of(import, row->error.field),
				     row->error.message);
		if (import->rejected == SHOWN_MAX + 1)
			complain("%s: more rows were rejected; --errors FILE "
				 "keeps them all.", import->options->file);
		if (import->errors != NULL)
			write_rejected(import, row);
	}
	if (import->done % 50 == 0)
		progress_at(import->done);
}

/* ---- the whole ---- */

static bool open_errors(struct import *import)
{
	if (import->options->errors == NULL)
		return true;
	import->errors = fopen(import->options->errors, "we");
	if (import->errors == NULL) {
		complain("cannot write %s: %m", import->options->errors);
		return false;
	}
	for (size_t i = 0; i < import->columns; i++)
		if (!is_ours(import->names[i])) {
			output_csv_cell(import->errors, import->names[i], true);
			fputc(',', import->errors);
		}
	fputs("error_field,error\r\n", import->errors);
	return true;
}

static void print_outcome(const struct import *import, bool whole)
{
	const struct tally *tally = import->tallies;

	printf("%s: %zu of %zu rows taken, %zu rejected%s\n",
	       import->options->file, import->done - import->rejected,
	       import->rows, import->rejected,
	       import->options->dry_run ? " (a dry run: nothing was changed)"
					: "");
	for (; tally < import->tallies + TALLIES_MAX && tally->count > 0;
	     tally++)
		printf("  %s %s: %zu\n", tally->field, tally->word,
		       tally->count);
	if (import->rejected > 0 && import->errors != NULL)
		printf("The rejected rows are in %s; correct them there and "
		       "import that file.\n", import->options->errors);
	if (!whole)
		complain("%s was not finished. Start again when the cause is "
			 "gone: what was taken is not taken twice.",
			 import->options->file);
}

int import_file(const struct import_options *options)
{
	struct import import = { .options = options };
	bool whole;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, options->kind) == 0)
			import.kind = &kinds[i];
	if (import.kind == NULL) {
		complain("%s cannot be imported; there are hubs, networks, "
			 "members, sessions, attendance and zoom.",
			 options->kind);
		return EXIT_USAGE;
	}
	if (!client_find(import.kind->service, import.kind->method,
			 &import.method))
		return EXIT_FAILED;
	if (!csv_read(options->file, take_check, &import))
		return complain("%s: nothing of it was imported.",
				options->file);
	if (!open_errors(&import))
		return EXIT_FAILED;
	import.line = batch_new(&import.method, options->batch, on_done,
				&import);
	progress_begin(options->file, import.rows);
	whole = csv_read(options->file, take_row, &import);
	whole = batch_finish(import.line) && whole;
	progress_end();
	batch_free(import.line);
	print_outcome(&import, whole);
	if (import.errors != NULL)
		fclose(import.errors);
	return whole && import.rejected == 0 ? EXIT_OK : EXIT_FAILED;
}
