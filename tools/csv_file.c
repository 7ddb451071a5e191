/* Reading CSV by libcsv, which knows quotes; we know what a table is. */
#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/common/base/text.h"
#include "tools/command.h"
#include "tools/csv_file.h"

#define PROBLEMS_MAX 20

struct table {
	const char *path;
	csv_header *is_header;
	csv_take *take;
	void *context;
	struct arena *names;   /* the header's cells */
	struct arena *cells;   /* those of the current row */
	const char *header[CSV_COLUMNS_MAX];
	const char *row[CSV_COLUMNS_MAX];
	const char *wrong[CSV_COLUMNS_MAX]; /* with a cell; NULL: nothing */
	size_t width;          /* of the header; 0: not read yet */
	size_t count;          /* cells of this row so far, told or not */
	size_t number;         /* of this row, if it is none of the header */
	size_t headers;        /* records of the header so far */
	size_t records;        /* with what stands before the header */
	size_t problems, row_problems;
	bool stopped;
};

void csv_complain(const char *path, size_t row, const char *field,
		  const char *text)
{
	bool named = field != NULL && field[0] != '\0';

	if (row > 0)
		complain("%s:row %zu: %s%s%s", path, row, named ? field : "",
			 named ? ": " : "", text);
	else
		complain("%s: %s%s%s", path, named ? field : "",
			 named ? ": " : "", text);
}

static void problem(struct table *table, const char *field, const char *text)
{
	table->row_problems++;
	if (table->problems++ < PROBLEMS_MAX)
		csv_complain(table->path, table->number, field, text);
	if (table->problems == PROBLEMS_MAX)
		complain("%s: and more of the kind; correct these first.",
			 table->path);
}

/* The header's name of the cell that is next. */
static const char *column(const struct table *table)
{
	return table->count < table->width ? table->header[table->count] : NULL;
}

static const char *wrong_bytes(const void *bytes, size_t length)
{
	if (text_is_utf8(bytes, length))
		return NULL;
	return memchr(bytes, '\0', length) != NULL
		       ? "has a NUL byte in it; save the file as \"CSV UTF-8\""
		       : "is not UTF-8; save the file as \"CSV UTF-8\"";
}

static void on_cell(void *bytes, size_t length, void *context)
{
	struct table *table = context;
	bool first = table->width == 0;

	if (table->stopped)
		return;
	if (table->count < CSV_COLUMNS_MAX) {
		table->row[table->count] = arena_copy(
			first ? table->names : table->cells, bytes, length);
		table->wrong[table->count] = wrong_bytes(bytes, length);
	}
	table->count++;
}

static void tell_wrong(struct table *table)
{
	for (size_t i = 0; i < table->count && i < CSV_COLUMNS_MAX; i++)
		if (table->wrong[i] != NULL)
			problem(table,
				i < table->width ? table->header[i] : NULL,
				table->wrong[i]);
}

/* Cells of the header have no names yet: they are told by their place. Without
 * it no row can be read, nor blamed. */
static void tell_wrong_header(struct table *table)
{
	for (size_t i = 0; i < table->count && i < CSV_COLUMNS_MAX; i++) {
		if (table->wrong[i] == NULL)
			continue;
		table->number = 0;
		table->stopped = true;
		problem(table, NULL,
			arena_printf(table->cells,
				     "header row %zu, column %zu %s",
				     table->records + 1, i + 1,
				     table->wrong[i]));
	}
}

static void take_header(struct table *table)
{
	if (table->count > CSV_COLUMNS_MAX) {
		problem(table, NULL, "has more than 1,000 columns");
		table->stopped = true;
		return;
	}
	if (table->is_header != NULL &&
	    !table->is_header(table->context, 0, table->count, table->row)) {
		arena_reset(table->names);
		return;
	}
	table->width = table->count;
	memcpy(table->header, table->row, sizeof(table->header));
}

/* Does the first row after the header belong to it? */
static bool more_header(const struct table *table)
{
	return table->number == 1 && table->is_header != NULL &&
	       table->count == table->width &&
	       table->is_header(table->context, table->headers, table->count,
				table->row);
}

static void on_row(int terminator, void *context)
{
	struct table *table = context;
	bool header = table->width == 0 || more_header(table);

	(void)terminator;
	if (table->stopped)
		return;
	if (header)
		tell_wrong_header(table);
	else
		tell_wrong(table);
	if (table->stopped)
		return;
	if (table->width == 0)
		take_header(table);
	else if (table->count != table->width)
		problem(table, NULL,
			arena_printf(table->cells,
				     "has %zu fields where the header has %zu",
				     table->count, table->width));
	table->headers += header && table->width > 0;
	if (table->width > 0 && !table->stopped && table->row_problems == 0 &&
	    !table->take(table->context, header ? 0 : table->number,
			 table->count, table->row))
		table->stopped = true;
	if (table->problems >= PROBLEMS_MAX)
		table->stopped = true;
	table->row_problems = 0;
	table->count = 0;
	table->number += header ? table->headers == 1 : 1;
	table->records++;
	arena_reset(table->cells);
}

/* What the first bytes give away. NULL: nothing is wrong with them. */
static const char *foreign(const char *bytes, size_t length)
{
	static const struct {
		const char *mark, *text;
	} rows[] = {
		{ "\xff\xfe", "is UTF-16; save it as \"CSV UTF-8\"" },
		{ "\xfe\xff", "is UTF-16; save it as \"CSV UTF-8\"" },
		{ "PK\x03\x04", "is a workbook or an archive, not CSV; open "
				"it and save it as \"CSV UTF-8\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (length >= strlen(rows[i].mark) &&
		    memcmp(bytes, rows[i].mark, strlen(rows[i].mark)) == 0)
			return rows[i].text;
	return NULL;
}

/* A line ends with LF. A CR before it is blank, one elsewhere is content, which
 * the service refuses for its row alone. */
static int is_end(unsigned char c)
{
	return c == '\n';
}

static int is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool only_returns(const char *bytes, size_t length)
{
	return memchr(bytes, '\r', length) != NULL &&
	       memchr(bytes, '\n', length) == NULL;
}

static bool whole(struct table *table, const char *text)
{
	csv_complain(table->path, 0, NULL, text);
	return false;
}

static bool parse(struct table *table, struct csv_parser *parser, FILE *file)
{
	char piece[65536];
	size_t length = fread(piece, 1, sizeof(piece), file), skip = 0;
	const char *strange = foreign(piece, length);
	const char *misquoted = "a quote is out of place, or never closed; "
				"quotes inside a field are doubled";

	if (strange != NULL)
		return whole(table, strange);
	if (length >= 3 && memcmp(piece, "\xef\xbb\xbf", 3) == 0)
		skip = 3;
	if (only_returns(piece, length))
		return whole(table, "its lines end with CR alone; save it "
				    "with LF or CR LF");
	for (; length > 0; length = fread(piece, 1, sizeof(piece), file)) {
		if (csv_parse(parser, piece + skip, length - skip, on_cell,
			      on_row, table) != length - skip) {
			problem(table, column(table), misquoted);
			return false;
		}
		skip = 0;
	}
	if (ferror(file))
		return whole(table, strerror(errno));
	if (csv_fini(parser, on_cell, on_row, table) != 0) {
		problem(table, column(table), misquoted);
		return false;
	}
	if (table->width == 0 && table->problems == 0)
		return whole(
			table,
			table->records == 0
				? "is empty; it begins with a header"
				: "none of its rows is a header that is known; "
				  "say what it is: superhub import KIND FILE");
	return !table->stopped && table->problems == 0;
}

bool csv_read(const char *path, csv_header *is_header, csv_take *take,
	      void *context)
{
	struct table table = { .path = path,
			       .is_header = is_header,
			       .take = take,
			       .context = context };
	struct csv_parser parser;
	FILE *file = fopen(path, "re");
	bool good;

	if (file == NULL)
		return whole(&table, strerror(errno));
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return whole(&table, "libcsv does not start");
	csv_set_term_func(&parser, is_end);
	csv_set_space_func(&parser, is_blank);
	table.names = arena_new(4096);
	table.cells = arena_new(16384);
	good = parse(&table, &parser, file);
	csv_free(&parser);
	arena_free(table.names);
	arena_free(table.cells);
	fclose(file);
	return good;
}
