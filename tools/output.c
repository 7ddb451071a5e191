/* Messages as table, CSV and JSON, by reflection. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "services/common/base/text.h"
#include "services/common/wire/json.h"
#include "tools/command.h"
#include "tools/output.h"

#define CELL_MAX 48 /* columns of the terminal that a cell may take */

/* ---- files ---- */

FILE *output_open(const char *path, bool must_be_new)
{
	int fd = open(path,
		      O_WRONLY | O_CREAT | O_CLOEXEC |
			      (must_be_new ? O_EXCL : 0),
		      0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (file == NULL)
		complain("cannot write %s: %s", path, strerror(errno));
	return file;
}

bool output_empty(FILE *file, const char *path)
{
	/* A pipe or a device holds nothing that could go. */
	bool good = ftruncate(fileno(file), 0) == 0 || errno == EINVAL;

	if (!good)
		complain("cannot write %s: %s", path, strerror(errno));
	return good;
}

bool output_close(FILE *file, const char *path)
{
	/* The reason is known only of what fails now. */
	bool before = ferror(file) != 0, now = fclose(file) != 0;

	if (before || now)
		complain("%s could not be written whole: %s", path,
			 now ? strerror(errno) : "is there room left?");
	return !before && !now;
}

/* ---- options ---- */

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	static const char *const names[] = { "table", "csv", "json" };
	struct output_style *style = state->input;

	if (key == 'C') {
		style->columns = argument;
		return 0;
	}
	if (key != 'F')
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(argument, names[i]) == 0) {
			style->format = (enum output_format)i;
			return 0;
		}
	argp_error(state, "--format takes table, csv or json");
	return EINVAL;
}

static const struct argp_option options[] = {
	{ "format", 'F', "FORMAT", 0, "table (the default), csv or json", 5 },
	{ "columns", 'C', "LIST", 0, "Only these columns, in this order", 5 },
	{ 0 },
};
const struct argp output_argp = { .options = options,
				  .parser = parse_option };

/* ---- rows and columns of a message ---- */

static const field_type *list_field(const message_type *type)
{
	const field_type *first = type->n_fields > 0 ? &type->fields[0] : NULL;

	return first != NULL && field_is_message(first) &&
			       field_is_repeated(first)
		       ? first
		       : NULL;
}

ProtobufCMessage **output_rows(const ProtobufCMessage *message, size_t *count)
{
	const field_type *list = list_field(message->descriptor);
	const char *bytes = (const char *)message;

	*count = 0;
	if (list == NULL)
		return NULL;
	memcpy(count, bytes + list->quantifier_offset, sizeof(*count));
	return *(ProtobufCMessage ***)(uintptr_t)(bytes + list->offset);
}

/* The fields that a list of columns names, in its order; NULL: all. False, and
 * told, when one is none. */
static bool choose(const message_type *type, const char *columns,
		   const field_type ***fields, size_t *count)
{
	size_t room = type->n_fields + 1;
	size_t length;

	if (columns != NULL)
		room += strlen(columns);
	*fields = arena_array(memory, room, sizeof(**fields));
	*count = 0;
	for (unsigned i = 0; columns == NULL && i < type->n_fields; i++)
		(*fields)[(*count)++] = &type->fields[i];
	for (; columns != NULL && *columns != '\0'; columns += length) {
		const char *name;

		columns += strspn(columns, " ,");
		length = strcspn(columns, " ,");
		if (length == 0)
			break;
		name = arena_copy(memory, columns, length);
		(*fields)[*count] = field_find(type, name);
		if ((*fields)[(*count)++] == NULL) {
			complain("there is no column %s.", name);
			return false;
		}
	}
	return true;
}

static bool is_double(const field_type *field)
{
	return field->type == PROTOBUF_C_TYPE_DOUBLE;
}

static bool is_number(const field_type *field)
{
	return is_double(field) || field->type == PROTOBUF_C_TYPE_INT32 ||
	       field->type == PROTOBUF_C_TYPE_INT64;
}

static const char *value_of(const ProtobufCMessage *row,
			    const field_type *field)
{
	const char *value = field_get(memory, row, field);

	return value != NULL ? value : "";
}

/* ---- CSV ---- */

/* A formula, or what looks like one that was guarded already: the reader takes
 * one apostrophe away. */
bool output_is_formula(const char *value)
{
	value += strspn(value, "'");
	return value[0] != '\0' && strchr("=+-@\t\r", value[0]) != NULL;
}

void output_csv_cell(FILE *out, const char *value, bool guard)
{
	bool formula = guard && output_is_formula(value);

	if (!formula && strpbrk(value, ",\"\r\n") == NULL) {
		fputs(value, out);
		return;
	}
	fputc('"', out);
	if (formula)
		fputc('\'', out);
	for (; *value != '\0'; value++) {
		if (*value == '"')
			fputc('"', out);
		fputc(*value, out);
	}
	fputc('"', out);
}

static void csv_line(FILE *out, size_t count, const field_type *const fields[],
		     const ProtobufCMessage *row)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputc(',', out);
		output_csv_cell(out, row != NULL ? value_of(row, fields[i])
						 : fields[i]->name,
				!is_number(fields[i]));
	}
	fputs("\r\n", out);
}

/* ---- table ---- */

static size_t width_of(const char *text)
{
	wchar_t wide[CELL_MAX * 4 + 1];
	size_t length = mbstowcs(wide, text, CELL_MAX * 4);
	int width;

	if (length == (size_t)-1)
		return strlen(text);
	wide[length < CELL_MAX * 4 ? length : CELL_MAX * 4] = L'\0';
	width = wcswidth(wide, length);
	return width >= 0 ? (size_t)width : length;
}

/* A cell as a terminal may see it: no control characters, not too long. */
static const char *cell(const char *value)
{
	struct text text = text_new(memory);
	size_t characters = 0;

	for (; *value != '\0'; value++) {
		bool starts = ((unsigned char)*value & 0xc0) != 0x80;

		if (starts && ++characters > CELL_MAX) {
			text_add(&text, "…");
			break;
		}
		text_add_char(&text, (unsigned char)*value < ' ' ||
						     *value == 0x7f
					     ? ' '
					     : *value);
	}
	return text.bytes;
}

static const char *table_value(const ProtobufCMessage *row,
			       const field_type *field)
{
	const char *value = value_of(row, field);
	char number[64];
	char *end;

	if (!is_double(field))
		return cell(value);
	snprintf(number, sizeof(number), "%.1f", strtod(value, &end));
	return arena_strdup(memory, number);
}

void output_grid(FILE *out, size_t count, size_t width,
		 const char *const cells[], const bool right[])
{
	size_t *widths = arena_array(memory, width, sizeof(*widths));

	for (size_t i = 0; i < count * width; i++)
		if (width_of(cells[i]) > widths[i % width])
			widths[i % width] = width_of(cells[i]);
	for (size_t i = 0; i < count * width; i++) {
		size_t column = i % width;
		size_t blanks = widths[column] - width_of(cells[i]);
		bool last = column + 1 == width;

		if (right[column])
			fprintf(out, "%*s", (int)blanks, "");
		fputs(cells[i], out);
		if (!right[column] && !last)
			fprintf(out, "%*s", (int)blanks, "");
		fputs(last ? "\n" : "  ", out);
	}
}

/* The heading of a column: "start local". */
static const char *heading(const char *name)
{
	char *text = arena_strdup(memory, name);

	for (char *c = text; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	return text;
}

static void table(FILE *out, size_t width, const field_type *const fields[],
		  size_t count, ProtobufCMessage *const rows[])
{
	bool *right = arena_array(memory, width, sizeof(*right));
	const char **cells =
		arena_array(memory, (count + 1) * width, sizeof(*cells));
	size_t at = 0;

	for (size_t i = 0; i < width; i++) {
		right[i] = is_number(fields[i]);
		cells[at++] = heading(fields[i]->name);
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < width; j++)
			cells[at++] = table_value(rows[i], fields[j]);
	output_grid(out, count + 1, width, cells, right);
}

/* One record: a line for each field that says something. */
static void record(FILE *out, size_t width, const field_type *const fields[],
		   const ProtobufCMessage *message)
{
	static const bool right[2];
	const char **cells = arena_array(memory, width * 2, sizeof(*cells));
	size_t count = 0;

	for (size_t i = 0; i < width; i++) {
		if (value_of(message, fields[i])[0] == '\0')
			continue;
		cells[count * 2] = heading(fields[i]->name);
		cells[count * 2 + 1] = table_value(message, fields[i]);
		count++;
	}
	output_grid(out, count, 2, cells, right);
}

bool output_message(FILE *out, const ProtobufCMessage *message,
		    const char *table_columns, const struct output_style *style)
{
	const field_type *list = list_field(message->descriptor);
	ProtobufCMessage *self[] = { (ProtobufCMessage *)(uintptr_t)message };
	size_t count = 1, width;
	ProtobufCMessage **rows =
		list != NULL ? output_rows(message, &count) : self;
	const field_type **fields;
	const char *columns = style->columns;

	if (style->format == OUTPUT_JSON) {
		struct text text = text_new(memory);

		json_print(&text, message, true);
		fprintf(out, "%s\n", text.bytes);
		return true;
	}
	if (columns == NULL && style->format == OUTPUT_TABLE)
		columns = table_columns;
	if (!choose(list != NULL ? list->descriptor : message->descriptor,
		    columns, &fields, &width))
		return false;
	if (style->format == OUTPUT_CSV) {
		csv_line(out, width, fields, NULL);
		for (size_t i = 0; i < count; i++)
			csv_line(out, width, fields, rows[i]);
	} else if (list != NULL) {
		table(out, width, fields, count, rows);
	} else {
		record(out, width, fields, message);
	}
	return true;
}
