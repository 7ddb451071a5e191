/* superhub import: files of hubs, networks, members, sessions, attendance. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "services/common/base/text.h"
#include "tools/command.h"
#include "tools/import_private.h"
#include "tools/output.h"
#include "tools/progress.h"

#define CELL_BYTES_MAX 16384
#define SHOWN_MAX 50 /* rejected rows on the screen */

/* First time through: is the file whole? Nothing is sent. */
static bool take_check(void *context, size_t number, size_t count,
		       const char *const cells[])
{
	struct import *import = context;

	import->rows = number;
	if (number == 0) {
		import_keep_head(import, count, cells);
		/* Another record of it may follow. */
		if (import->reader->form && import->head_count == 1)
			return true;
	}
	return import->settled || import_take_header(import);
}

/* ---- rows ---- */

/* What output_csv_cell put in front of a formula goes again. */
static const char *unguarded(const char *cell)
{
	return cell[0] == '\'' && output_is_formula(cell) ? cell + 1 : cell;
}

/* What every row says: the reader, then the user, then the import itself. */
static bool set_constants(const struct import *import, struct arena *arena,
			  ProtobufCMessage *request, struct error *error)
{
	const message_type *type = import->method.input;
	const struct import_options *options = import->options;
	const struct reader_column *map = import->reader->columns;
	const field_type *import_id = field_find(type, "import_id");
	const field_type *dry_run = field_find(type, "dry_run");
	bool good = true;

	for (; good && map != NULL && map->field != NULL; map++)
		good = map->column != NULL ||
		       field_set(arena, request, field_find(type, map->field),
				 map->words, error) == STATUS_OK;
	for (size_t i = 0; good && i < options->set_count; i++)
		good = field_set(arena, request,
				 field_find(type, options->sets[i].field),
				 options->sets[i].value, error) == STATUS_OK;
	if (good && import_id != NULL && import->import_id[0] != '\0')
		good = field_set(arena, request, import_id, import->import_id,
				 error) == STATUS_OK;
	if (good && dry_run != NULL && options->dry_run)
		good = field_set(arena, request, dry_run, "true", error) ==
		       STATUS_OK;
	return good;
}

/* What a cell says of a field, if anything: a later column before an earlier
 * one, what somebody answered before what was known. */
static bool set_cell(const struct import_target *target, struct arena *arena,
		     const char *const cells[], ProtobufCMessage *request,
		     struct error *error)
{
	const char *value = unguarded(cells[target->column]);

	if (strlen(value) > CELL_BYTES_MAX) {
		error_set(error, STATUS_INVALID, "is longer than 16 KiB",
			  target->field->name);
		return false;
	}
	if (target->tick != NULL && strcasecmp(value, target->tick) == 0)
		return true;
	if (*value != '\0' && target->map != NULL)
		value = reader_value(target->map, arena, value);
	return *value == '\0' || field_set(arena, request, target->field, value,
					   error) == STATUS_OK;
}

/* Others' forms and lists have people of whom no address is known. */
static bool has_address(const struct import *import, struct arena *arena,
			const ProtobufCMessage *request, struct error *error)
{
	const field_type *email = field_find(import->method.input, "email");

	if (!import->reader->foreign || email == NULL ||
	    *field_get(arena, request, email) != '\0')
		return true;
	error_set(error, STATUS_INVALID,
		  "there is none, and nobody joins without an e-mail address; "
		  "ask for it and fill it in, or take the row out.",
		  "email");
	return false;
}

/* A list of who unsubscribed may have others in it, who did not. */
static bool is_of_kind(const struct import *import, const char *const cells[],
		       struct error *error)
{
	const char *tells = import->reader->tells;

	for (size_t i = 0; tells != NULL && i < import->columns; i++)
		if (strcasecmp(import->names[i], tells) == 0 &&
		    cells[i][0] == '\0') {
			error_set(error, STATUS_INVALID,
				  "is empty, so this is somebody else; take "
				  "the row out.", tells);
			return false;
		}
	return true;
}

static ProtobufCMessage *make_request(const struct import *import,
				      struct arena *arena,
				      const char *const cells[],
				      struct error *error)
{
	ProtobufCMessage *request = message_new(arena, import->method.input);

	if (!set_constants(import, arena, request, error))
		return NULL;
	if (!is_of_kind(import, cells, error))
		return NULL;
	for (size_t i = 0; i < import->target_count; i++)
		if (!set_cell(&import->targets[i], arena, cells, request,
			      error))
			return NULL;
	if (!has_address(import, arena, request, error))
		return NULL;
	/* A method that knows no dry run is not asked. */
	return import->options->dry_run &&
			       field_find(import->method.input, "dry_run") ==
				       NULL
		       ? NULL
		       : request;
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
	row->request = make_request(import, arena, cells, &row->error);
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

/* All but what an earlier import said of the row. */
static void write_cells(struct import *import, size_t count,
			const char *const cells[])
{
	for (size_t i = 0; i < count; i++)
		if (!import_is_ours(import->names[i])) {
			output_csv_cell(import->errors, cells[i], true);
			fputc(',', import->errors);
		}
}

static void write_rejected(struct import *import, const struct batch_row *row)
{
	write_cells(import, row->count, row->cells);
	output_csv_cell(import->errors,
			import_column(import, row->error.field), true);
	fputc(',', import->errors);
	output_csv_cell(import->errors, row->error.message, true);
	fputs("\r\n", import->errors);
}

static void on_done(void *context, const struct batch_row *row)
{
	static struct arena *words;
	struct import *import = context;

	import->done++;
	if (words == NULL)
		words = arena_new(4096);
	if (row->error.status == STATUS_OK) {
		if (row->reply != NULL)
			count_reply(import, words, row->reply);
		arena_reset(words);
	} else {
		import->rejected++;
		progress_hide();
		if (import->rejected <= SHOWN_MAX)
			csv_complain(import->options->file, row->number,
				     import_column(import, row->error.field),
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

/* Only what is on the disk is said to be there. */
static void close_errors(struct import *import)
{
	if (import->errors == NULL)
		return;
	import->errors_whole =
		output_close(import->errors, import->options->errors);
	if (!import->errors_whole)
		complain("import %s again with --errors elsewhere: what was "
			 "taken is not taken twice.",
			 import->options->file);
}

/* The rows are read once more while the rejected ones are written. */
static bool are_same(const char *path, const char *other)
{
	struct stat a, b;

	return other != NULL && stat(path, &a) == 0 && stat(other, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool open_errors(struct import *import)
{
	const char *path = import->options->errors;

	if (path != NULL)
		import->errors = output_open(path, false);
	return path == NULL || import->errors != NULL;
}

/* What an earlier import rejected stays until this one has begun. */
static bool begin_errors(struct import *import)
{
	if (import->errors == NULL)
		return true;
	if (!output_empty(import->errors, import->options->errors))
		return false;
	for (size_t head = 0; head < import->head_count; head++) {
		write_cells(import, import->columns, import->heads[head]);
		fputs(head == 0 ? "error_field,error\r\n" : ",\r\n",
		      import->errors);
	}
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
	if (import->rejected > 0 && import->errors_whole)
		printf("The rejected rows are in %s; correct them there and "
		       "import that file.\n", import->options->errors);
	else if (import->rejected > 0)
		printf("--errors FILE keeps the rejected rows, to be corrected "
		       "and imported alone.\n");
	if (whole && import->options->dry_run)
		printf("Without --dry-run %s imported.\n",
		       import->rejected > 0 ? "the other rows are" : "it is");
	if (!whole)
		complain("%s was not finished. Start again when the cause is "
			 "gone: what was taken is not taken twice. On a slow "
			 "line --batch 50 sends less at a time.",
			 import->options->file);
}

int import_file(const struct import_options *options)
{
	struct import import = { .options = options };
	bool whole;

	if (options->kind != NULL) {
		import.reader = reader_named(options->kind);
		import.named = true;
	}
	if (import.named && import.reader == NULL) {
		complain("%s cannot be imported; there are %s and zoom.",
			 options->kind, reader_names(memory));
		return EXIT_USAGE;
	}
	if (are_same(options->file, options->errors)) {
		complain("--errors would write over %s while it is read: give "
			 "it another name.", options->file);
		return EXIT_USAGE;
	}
	if (!csv_read(options->file, import_is_header, take_check, &import) ||
	    !(import.settled || import_take_header(&import)))
		return complain("%s: nothing of it was imported.",
				options->file);
	if (!open_errors(&import) || !import_begin(&import) ||
	    !begin_errors(&import))
		return EXIT_FAILED;
	import.line = batch_new(&import.method, options->batch, on_done,
				&import);
	progress_begin(basename(options->file), import.rows);
	whole = csv_read(options->file, import_is_header, take_row, &import);
	whole = batch_finish(import.line) && whole;
	progress_end();
	batch_free(import.line);
	close_errors(&import);
	print_outcome(&import, whole);
	if (whole)
		import_finish(&import);
	return whole && import.rejected == 0 &&
			       (import.errors == NULL || import.errors_whole)
		       ? EXIT_OK
		       : EXIT_FAILED;
}
