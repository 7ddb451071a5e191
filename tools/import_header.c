/* The header of an import: which file is it, and where do its columns go? */
#include <string.h>
#include <strings.h>

#include "services/common/base/text.h"
#include "tools/command.h"
#include "tools/import_private.h"

#define SHOWN_BYTES 60 /* of a question, when it is named */

bool import_is_header(void *context, size_t place, size_t count,
		      const char *const cells[])
{
	struct import *import = context;

	if (place > 0) /* the answers, below no respondent */
		return place == 1 && import->reader->form &&
		       cells[0][0] == '\0';
	if (import->reader == NULL)
		import->reader = reader_of(count, cells);
	else if (import->named && !import->reader->foreign)
		return true; /* what is wrong with it will be told */
	return import->reader != NULL &&
	       reader_knows(import->reader, count, cells);
}

void import_keep_head(struct import *import, size_t count,
		      const char *const cells[])
{
	const char **head = arena_array(memory, count, sizeof(*head));

	for (size_t i = 0; i < count; i++)
		head[i] = arena_strdup(memory, cells[i]);
	import->heads[import->head_count++] = head;
	import->columns = count;
}

bool import_is_ours(const char *name)
{
	return strcmp(name, "error_field") == 0 || strcmp(name, "error") == 0;
}

/* Of the whole import, not of a row. */
static bool is_own(const char *name)
{
	return strcmp(name, "dry_run") == 0 || strcmp(name, "import_id") == 0;
}

/* ---- what the columns are called ---- */

/* Blank, or what moves a terminal: its length, 0 for anything else. */
static size_t blank_length(const char *cell)
{
	unsigned char c = (unsigned char)cell[0], next = (unsigned char)cell[1];

	if (c == 0xc2 && next >= 0x80 && next < 0xa0)
		return 2;
	return c <= ' ' || c == 0x7f;
}

/* Questions hold line ends, and whatever else: one line, single blanks. */
static const char *one_line(const char *cell)
{
	struct text line = text_new(memory);
	bool blank = false;

	while (*cell != '\0') {
		size_t length = blank_length(cell);

		if (length == 0 && blank && line.length > 0)
			text_add_char(&line, ' ');
		blank = length > 0;
		if (length == 0)
			text_add_char(&line, *cell);
		cell += length > 0 ? length : 1;
	}
	return line.bytes;
}

/* What is answered to a question with several columns tells them apart; but a
 * choice, and what others wrote under it, are called as the question is. */
static void name_column(struct import *import, size_t i)
{
	const char *question = one_line(import->heads[0][i]), *answer = "";
	bool form = import->head_count > 1, first = *question != '\0' || i == 0;
	bool alone =
		i + 1 == import->columns || import->heads[0][i + 1][0] != '\0';

	if (form && !first)
		question = import->questions[i - 1];
	if (form && !(first && alone))
		answer = one_line(import->heads[1][i]);
	if (first && strcasecmp(answer, "Response") == 0)
		answer = "";
	import->questions[i] = question;
	import->names[i] = *answer == '\0' ? question
					   : arena_printf(memory, "%s: %s",
							  question, answer);
	import->answers[i] =
		*answer == '\0' ||
				(!first && import->answers[i - 1] == question)
			? question
			: answer;
}

/* What the user says of a column counts before what it is called: NULL when
 * that is nothing. */
static const char *mapped_name(const struct import *import, size_t i)
{
	const struct import_options *options = import->options;

	for (size_t j = 0; j < options->map_count; j++) {
		const char *column = one_line(options->maps[j].field);

		if (strcasecmp(column, import->names[i]) == 0 ||
		    strcasecmp(column, import->questions[i]) == 0)
			return options->maps[j].value;
	}
	return NULL;
}

/* ---- where they go ---- */

static bool add_target(struct import *import, size_t column, const char *field,
		       const struct reader_column *map)
{
	const field_type *type = field_find(import->method.input, field);

	if (type != NULL)
		import->targets[import->target_count++] =
			(struct import_target){ column, type, map, NULL };
	return type != NULL;
}

/* "Email" below "How may we reach you?" is where somebody wrote an address, or
 * a choice that was ticked: then its cells say "Email". */
static const char *tick_of(const struct import *import, size_t i)
{
	return import->answers[i] == import->questions[i] ? NULL
							  : import->heads[1][i];
}

/* All fields that a column says. False: none, and it is not known either. */
static bool take_column(struct import *import, size_t i)
{
	const struct reader *reader = import->reader;
	const char *said = mapped_name(import, i);
	const char *name = said != NULL ? said : import->answers[i];
	const struct reader_column *map = NULL;
	bool known = false;

	while ((map = reader_column(reader, name, map)) != NULL) {
		if (add_target(import, i, map->field, map) && said == NULL)
			import->targets[import->target_count - 1].tick =
				tick_of(import, i);
		known = true;
	}
	if (!known && !is_own(name) && (said != NULL || !reader->foreign))
		known = add_target(import, i, name,
				   said == NULL ? NULL
						: reader_field(reader, name));
	return known || said != NULL || import_is_ours(name);
}

const char *import_column(const struct import *import, const char *field)
{
	for (size_t i = 0; i < import->target_count; i++)
		if (strcmp(import->targets[i].field->name, field) == 0)
			return import->names[import->targets[i].column];
	return field;
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

	if (strchr(import->names[0], ';') != NULL)
		return header_problem(import, NULL,
				      "its columns are separated by "
				      "semicolons; save it with commas");
	text_add(&text, "the first row is not a header; columns are");
	for (unsigned i = 0; i < type->n_fields; i++)
		if (!is_own(type->fields[i].name))
			text_printf(&text, " %s", type->fields[i].name);
	return header_problem(import, NULL, text.bytes);
}

static bool is_given(const struct import *import, const char *field)
{
	const struct import_options *options = import->options;

	for (size_t i = 0; i < options->set_count; i++)
		if (strcmp(options->sets[i].field, field) == 0)
			return true;
	for (size_t i = 0; i < import->target_count; i++)
		if (strcmp(import->targets[i].field->name, field) == 0)
			return true;
	return false;
}

static bool check_required(const struct import *import)
{
	const char *name = import->reader->required;
	bool good = true;

	while (*name != '\0') {
		size_t length = strcspn(name, " ");
		const char *field = arena_copy(memory, name, length);

		if (!is_given(import, field))
			good = header_problem(
				import, field,
				import->reader->foreign
					? "no column says it; give it for all "
					  "rows with --set FIELD=VALUE, or "
					  "name the column that does with "
					  "--map COLUMN=FIELD"
					: "there is no such column");
		name += length + strspn(name + length, " ");
	}
	return good;
}

static bool check_sets(const struct import *import)
{
	const struct import_options *options = import->options;
	bool good = true;

	for (size_t i = 0; i < options->set_count; i++)
		if (field_find(import->method.input, options->sets[i].field) ==
			    NULL ||
		    is_own(options->sets[i].field))
			good = header_problem(import, options->sets[i].field,
					      "is nothing that --set can give");
	return good;
}

/* --map names a column that is there, and a field or a column that the reader
 * knows. */
static bool check_maps(const struct import *import)
{
	const struct import_options *options = import->options;
	bool good = true;

	for (size_t j = 0; j < options->map_count; j++) {
		const char *column = one_line(options->maps[j].field);
		const char *to = options->maps[j].value;
		size_t i = 0;

		while (i < import->columns &&
		       strcasecmp(column, import->names[i]) != 0 &&
		       strcasecmp(column, import->questions[i]) != 0)
			i++;
		if (i == import->columns)
			good = header_problem(import, column,
					      "is no column of it, as --map "
					      "has it");
		else if (*to != '\0' &&
			 reader_column(import->reader, to, NULL) == NULL &&
			 (is_own(to) ||
			  field_find(import->method.input, to) == NULL))
			good = header_problem(import, to,
					      "is nothing that --map can fill");
	}
	return good;
}

static bool check_twice(const struct import *import)
{
	bool good = true;

	for (size_t i = 0; i < import->columns; i++)
		for (size_t j = 0; j < i && !import->reader->foreign; j++)
			if (strcmp(import->names[i], import->names[j]) == 0) {
				good = header_problem(
					import, import->names[i],
					"there are two such columns");
				break;
			}
	return good;
}

/* Nothing is dropped without a word. */
static void tell_left_out(const struct import *import, const bool taken[])
{
	struct text left = text_new(memory);

	for (size_t i = 0; i < import->columns; i++) {
		size_t length = strlen(import->names[i]), shown = length;

		if (taken[i] || length == 0)
			continue;
		if (shown > SHOWN_BYTES)
			for (shown = SHOWN_BYTES;
			     ((unsigned char)import->names[i][shown] & 0xc0) ==
			     0x80;)
				shown--;
		text_printf(&left, "%s%.*s%s", left.length > 0 ? "; " : "",
			    (int)shown, import->names[i],
			    shown < length ? "..." : "");
	}
	if (left.length > 0)
		complain("%s: columns that are not taken: %s. --map "
			 "COLUMN=FIELD takes one%s.",
			 import->options->file, left.bytes,
			 import->reader->form
				 ? "; answers that evaluate a session belong "
				   "to evaluation forms, which come later"
				 : "");
}

bool import_take_header(struct import *import)
{
	const struct reader *reader = import->reader;
	bool taken[CSV_COLUMNS_MAX], good;

	import->settled = true;
	if (!client_find(reader->service, reader->method, &import->method))
		return false;
	for (size_t i = 0; i < import->columns; i++) {
		name_column(import, i);
		taken[i] = take_column(import, i);
	}
	if (import->target_count == 0)
		return no_header(import);
	good = check_twice(import);
	if (good)
		tell_left_out(import, taken);
	good = check_maps(import) && good;
	good = check_sets(import) && good;
	return check_required(import) && good;
}
