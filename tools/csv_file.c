/* Reading CSV by libcsv, which knows quotes; we know what a table is. */
#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/common/base/text.h"
#include "tools/command.h"
#include "tools/csv_file.h"

#define PROBLEMS_MAX 20

struct reader {
	const char *path;
	csv_header *is_header;
	csv_take *take;
	void *context;
	struct arena *names;   /* the header's cells */
	struct arena *cells;   /* those of the current row */
	const char *header[CSV_COLUMNS_MAX];
	const char *row[CSV_COLUMNS_MAX];
	size_t width;          /* of the header; 0: not read yet */
	size_t count;          /* cells of this row so far, told or not */
	size_t number;
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

static void problem(struct reader *reader, const char *field, const char *text)
{
	reader->row_problems++;
	if (reader->problems++ < PROBLEMS_MAX)
		csv_complain(reader->path, reader->number, field, text);
	if (reader->problems == PROBLEMS_MAX)
		complain("%s: and more of the kind; correct these first.",
			 reader->path);
}

/* The header's name of the cell that is next. */
static const char *column(const struct reader *reader)
{
	return reader->count < reader->width ? reader->header[reader->count]
					     : NULL;
}

static void on_cell(void *bytes, size_t length, void *context)
{
	struct reader *reader = context;
	bool first = reader->width == 0;

	if (reader->stopped)
		return;
	if (!text_is_utf8(bytes, length))
		problem(reader, column(reader),
			memchr(bytes, '\0', length) != NULL
				? "there is a NUL byte in it"
				: "is not UTF-8; save the file as \"CSV "
				  "UTF-8\"");
	if (reader->count < CSV_COLUMNS_MAX)
		reader->row[reader->count] =
			arena_copy(first ? reader->names : reader->cells,
				   bytes, length);
	reader->count++;
}

static void take_header(struct reader *reader)
{
	if (reader->count > CSV_COLUMNS_MAX) {
		problem(reader, NULL, "has more than 100 columns");
		reader->stopped = true;
		return;
	}
	if (reader->is_header != NULL &&
	    !reader->is_header(reader->context, reader->count, reader->row)) {
		arena_reset(reader->names);
		return;
	}
	reader->width = reader->count;
	memcpy(reader->header, reader->row, sizeof(reader->header));
}

static void on_row(int terminator, void *context)
{
	struct reader *reader = context;

	(void)terminator;
	if (reader->stopped)
		return;
	if (reader->width == 0)
		take_header(reader);
	else if (reader->count != reader->width)
		problem(reader, NULL,
			arena_printf(reader->cells,
				     "has %zu fields where the header has %zu",
				     reader->count, reader->width));
	if (reader->width > 0 && !reader->stopped &&
	    reader->row_problems == 0 &&
	    !reader->take(reader->context, reader->number, reader->count,
			  reader->row))
		reader->stopped = true;
	if (reader->problems >= PROBLEMS_MAX)
		reader->stopped = true;
	reader->row_problems = 0;
	reader->count = 0;
	reader->number += reader->width > 0;
	reader->records++;
	arena_reset(reader->cells);
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

static bool whole(struct reader *reader, const char *text)
{
	csv_complain(reader->path, 0, NULL, text);
	return false;
}

static bool parse(struct reader *reader, struct csv_parser *parser, FILE *file)
{
	char piece[65536];
	size_t length = fread(piece, 1, sizeof(piece), file), skip = 0;
	const char *strange = foreign(piece, length);
	const char *misquoted = "a quote is out of place, or never closed; "
				"quotes inside a field are doubled";

	if (strange != NULL)
		return whole(reader, strange);
	if (length >= 3 && memcmp(piece, "\xef\xbb\xbf", 3) == 0)
		skip = 3;
	if (only_returns(piece, length))
		return whole(reader, "its lines end with CR alone; save it "
				     "with LF or CR LF");
	for (; length > 0; length = fread(piece, 1, sizeof(piece), file)) {
		if (csv_parse(parser, piece + skip, length - skip, on_cell,
			      on_row, reader) != length - skip) {
			problem(reader, column(reader), misquoted);
			return false;
		}
		skip = 0;
	}
	if (ferror(file))
		return whole(reader, strerror(errno));
	if (csv_fini(parser, on_cell, on_row, reader) != 0) {
		problem(reader, column(reader), misquoted);
		return false;
	}
	if (reader->width == 0 && reader->problems == 0)
		return whole(reader, reader->records == 0
				? "is empty; it begins with a header"
				: "none of its rows is a header that is known; "
				  "say what it is: superhub import KIND FILE");
	return !reader->stopped && reader->problems == 0;
}

bool csv_read(const char *path, csv_header *is_header, csv_take *take,
	      void *context)
{
	struct reader reader = { .path = path, .is_header = is_header,
				 .take = take, .context = context };
	struct csv_parser parser;
	FILE *file = fopen(path, "re");
	bool good;

	if (file == NULL)
		return whole(&reader, strerror(errno));
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return whole(&reader, "libcsv does not start");
	csv_set_term_func(&parser, is_end);
	csv_set_space_func(&parser, is_blank);
	reader.names = arena_new(4096);
	reader.cells = arena_new(16384);
	good = parse(&reader, &parser, file);
	csv_free(&parser);
	arena_free(reader.names);
	arena_free(reader.cells);
	fclose(file);
	return good;
}
