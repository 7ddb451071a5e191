/* zoom_csv: libcsv does CSV; here are bytes, lines, cells and their limits. */
#include <csv.h>
#include <string.h>

#include "services/common/base/text.h"
#include "services/scheduler/zoom/zoom.h"

struct reading {
	struct arena *arena;
	struct zoom_records records;
	size_t size;
	struct zoom_record record;
	size_t cells;
	int line;
};

static void fail(struct reading *reading, const char *what)
{
	if (!reading->records.problem)
		reading->records.problem = arena_printf(
			reading->arena, "line %d %s", reading->line, what);
}

size_t zoom_cut(const char *text, size_t most)
{
	size_t length = strlen(text);

	if (length <= most)
		return length;
	while (most && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

static const char *clean_cell(struct arena *arena, const char *bytes,
			      size_t length, bool *unfit)
{
	char *cell = arena_copy(arena, bytes, length);
	size_t end = zoom_cut(cell, ZOOM_CELL_MAX);

	*unfit = end < length;
	for (size_t i = 0; i < end; i++)
		if ((unsigned char)cell[i] < ' ' || cell[i] == 0x7f) {
			cell[i] = ' ';
			*unfit = true;
		}
	while (end && cell[end - 1] == ' ')
		end--;
	cell[end] = '\0';
	return cell + strspn(cell, " ");
}

static void end_cell(void *bytes, size_t length, void *context)
{
	struct reading *reading = context;
	size_t column = reading->cells++;

	if (column >= ZOOM_COLUMNS_MAX || !length)
		return;
	if (text_is_utf8(bytes, length))
		reading->record.cells[column] =
			clean_cell(reading->arena, bytes, length,
				   &reading->record.unfit[column]);
	else
		fail(reading, "is not UTF-8: save the export as UTF-8");
}

static void grow(struct reading *reading)
{
	struct zoom_records *records = &reading->records;
	struct zoom_record *list;

	reading->size = reading->size ? reading->size * 2 : 64;
	list = arena_array(reading->arena, reading->size, sizeof(*list));
	if (records->count)
		memcpy(list, records->list, records->count * sizeof(*list));
	records->list = list;
}

static void clear(struct reading *reading)
{
	reading->record = (struct zoom_record){ 0 };
	for (size_t i = 0; i < ZOOM_COLUMNS_MAX; i++)
		reading->record.cells[i] = "";
	reading->cells = 0;
}

static void end_record(int terminator, void *context)
{
	struct reading *reading = context;
	bool blank = true;

	(void)terminator;
	for (size_t i = 0; i < ZOOM_COLUMNS_MAX; i++)
		blank = blank && !*reading->record.cells[i];
	if (!blank && reading->records.count > ZOOM_ROWS_MAX) {
		fail(reading, "and more: a file has at most 5,000 rows");
	} else if (!blank) {
		if (reading->records.count == reading->size)
			grow(reading);
		reading->record.number = reading->line;
		reading->records.list[reading->records.count++] =
			reading->record;
	}
	clear(reading);
}

/* Spreadsheets write semicolons or tabs where the comma is for decimals. */
static unsigned char delimiter(const char *bytes, size_t length)
{
	size_t commas = 0, semicolons = 0, tabs = 0;

	for (size_t i = 0; i < length && bytes[i] != '\n'; i++) {
		commas += bytes[i] == ',';
		semicolons += bytes[i] == ';';
		tabs += bytes[i] == '\t';
	}
	if (tabs > commas)
		return CSV_TAB;
	return semicolons > commas ? ';' : CSV_COMMA;
}

/* Line by line, that a record knows its own. */
static void parse(struct reading *reading, struct csv_parser *parser,
		  const char *bytes, size_t length)
{
	while (length && !reading->records.problem) {
		const char *end = memchr(bytes, '\n', length);
		size_t piece = end ? (size_t)(end - bytes) + 1 : length;

		reading->line++;
		if (csv_parse(parser, bytes, piece, end_cell, end_record,
			      reading) != piece)
			fail(reading, csv_strerror(csv_error(parser)));
		bytes += piece;
		length -= piece;
	}
	/* A quote that is never closed makes a cell of several lines. */
	csv_fini(parser, end_cell, end_record, reading);
}

struct zoom_records zoom_read_csv(struct arena *arena, const char *bytes,
				  size_t length)
{
	struct reading reading = { .arena = arena };
	struct csv_parser parser;

	if (length >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
		bytes += 3;
		length -= 3;
	}
	if (csv_init(&parser, 0)) {
		reading.records.problem = "the reader did not start";
		return reading.records;
	}
	csv_set_delim(&parser, delimiter(bytes, length));
	clear(&reading);
	parse(&reading, &parser, bytes, length);
	csv_free(&parser);
	return reading.records;
}
