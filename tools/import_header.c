/* The header of an import: which file is it, and where do its columns go? */
#include <string.h>

#include "services/common/base/text.h"
#include "tools/command.h"
#include "tools/import_private.h"

bool import_is_header(void *context, size_t count, const char *const cells[])
{
	struct import *import = context;

	if (import->reader == NULL)
		import->reader = reader_of(count, cells);
	else if (import->named && !import->reader->foreign)
		return true; /* what is wrong with it will be told */
	return import->reader != NULL &&
	       reader_knows(import->reader, count, cells);
}

bool import_is_ours(const char *name)
{
	return strcmp(name, "error_field") == 0 || strcmp(name, "error") == 0;
}

static bool has_column(const struct import *import, const char *name)
{
	for (size_t i = 0; i < import->columns; i++)
		if (strcmp(import->names[i], name) == 0)
			return true;
	return false;
}

/* Of the whole import, not of a row. */
static bool is_own(const char *name)
{
	return strcmp(name, "dry_run") == 0 || strcmp(name, "import_id") == 0;
}

static const field_type *field_of(const struct import *import,
				  const char *column,
				  const struct reader_column **map)
{
	*map = reader_column(import->reader, column);
	if (*map != NULL)
		return field_find(import->method.input, (*map)->field);
	if (import->reader->foreign || is_own(column))
		return NULL;
	return field_find(import->method.input, column);
}

const char *import_column(const struct import *import, const char *field)
{
	for (size_t i = 0; i < import->columns; i++)
		if (import->fields[i] != NULL &&
		    strcmp(import->fields[i]->name, field) == 0)
			return import->names[i];
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

	if (import->columns == 1 && strchr(import->names[0], ';') != NULL)
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
	for (size_t i = 0; i < import->columns; i++)
		if (import->fields[i] != NULL &&
		    strcmp(import->fields[i]->name, field) == 0)
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
					  "rows with --set FIELD=VALUE"
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

static bool take_columns(struct import *import, size_t count,
			 const char *const cells[])
{
	struct text unknown = text_new(memory);
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		const char *name = arena_strdup(memory, cells[i]);
		const field_type *field =
			field_of(import, name, &import->maps[i]);

		if (has_column(import, name) && !import->reader->foreign)
			good = header_problem(import, name,
					      "there are two such columns");
		if (field == NULL && !import_is_ours(name))
			text_printf(&unknown, " %s", name);
		import->fields[i] = field;
		import->names[import->columns++] = name;
	}
	if (unknown.length > 0 && good && !import->reader->foreign)
		complain("%s: unknown columns are left out:%s",
			 import->options->file, unknown.bytes);
	return good;
}

bool import_take_header(struct import *import, size_t count,
			const char *const cells[])
{
	const struct reader *reader = import->reader;
	size_t known = 0;
	bool good;

	if (reader->refusal != NULL)
		return header_problem(import, NULL, reader->refusal);
	if (!client_find(reader->service, reader->method, &import->method))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct reader_column *map;

		known += field_of(import, cells[i], &map) != NULL;
	}
	if (known == 0) {
		import->names[import->columns++] =
			arena_strdup(memory, cells[0]);
		return no_header(import);
	}
	good = take_columns(import, count, cells);
	good = check_sets(import) && good;
	return check_required(import) && good;
}
