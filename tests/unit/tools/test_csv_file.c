/* csv_file: what a table is and what is none, told without a service. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/redirect.h>
#include <string.h>

#include "services/common/base/text.h"
#include "tools/command.h"
#include "tools/csv_file.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct seen {
	size_t rows, cells, longest;
	struct text text; /* every cell, parted by | and by newline */
};

static bool take(void *context, size_t number, size_t count,
		 const char *const cells[])
{
	struct seen *seen = context;

	cr_assert_geq(number, seen->rows); /* malformed rows are left out */
	seen->rows++;
	seen->cells += count;
	for (size_t i = 0; i < count; i++) {
		text_printf(&seen->text, "%s%s", i ? "|" : "", cells[i]);
		if (strlen(cells[i]) > seen->longest)
			seen->longest = strlen(cells[i]);
	}
	text_add(&seen->text, "\n");
	return true;
}

static bool stop_at_two(void *context, size_t number, size_t count,
			const char *const cells[])
{
	(void)count;
	(void)cells;
	*(size_t *)context = number;
	return number < 2;
}

static struct seen read_evil(const char *name, bool *good)
{
	struct seen seen = { 0 };

	memory = arena_new(4096);
	seen.text = text_new(memory);
	*good = csv_read(arena_printf(memory, EVIL "%s", name), NULL, take, &seen);
	return seen;
}

/* What stood on standard error. */
static const char *told(void)
{
	static char text[16384];
	FILE *errors = cr_get_redirected_stderr();
	size_t length;

	fflush(stderr);
	length = fread(text, 1, sizeof(text) - 1, errors);
	text[length] = '\0';
	return text;
}

Test(csv_file, reads_what_is_whole, .init = cr_redirect_stderr)
{
	static const struct {
		const char *name;
		size_t rows, columns;
	} rows[] = {
		{ "members-bom-crlf.csv", 1, 17 },
		{ "members-blank-lines.csv", 2, 17 },
		{ "members-no-final-newline.csv", 1, 17 },
		{ "members-header-only.csv", 0, 17 },
		{ "members-other-order.csv", 0, 0 },
		{ "members-long-field.csv", 0, 17 },
		{ "members-control-characters.csv", 14, 17 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good;
		struct seen seen = read_evil(rows[i].name, &good);

		cr_assert(good, "%s: %s", rows[i].name, told());
		if (rows[i].rows > 0)
			cr_assert_eq(seen.rows, rows[i].rows + 1, "%s: %zu",
				     rows[i].name, seen.rows);
		if (rows[i].columns > 0)
			cr_assert_eq(seen.cells, seen.rows * rows[i].columns,
				     "%s", rows[i].name);
		cr_assert_neq(seen.text.bytes[0], '\xef', "%s", rows[i].name);
	}
}

/* One process each: what was told is read once. */
struct evil {
	char name[64], field[64], text[128];
};

static struct evil evils[] = {
	{ "members-unclosed-quote.csv", "", "a quote is out of place" },
	{ "members-text-after-quote.csv", "row 2: first_name",
	  "a quote is out of place" },
	{ "members-bare-quote.csv", "row 2: first_name",
	  "a quote is out of place" },
	{ "members-wrong-columns.csv", "row 2",
	  "has 16 fields where the header has 17" },
	{ "members-wrong-columns.csv", "row 3",
	  "has 18 fields where the header has 17" },
	{ "members-empty.csv", "", "is empty" },
	{ "members-zip.csv", "", "is a workbook" },
	{ "members-many-columns.csv", "", "more than 1,000 columns" },
	{ "members-utf16le.csv", "", "is UTF-16" },
	{ "members-utf16be.csv", "", "is UTF-16" },
	{ "members-latin1.csv", "row 2: first_name", "is not UTF-8" },
	{ "members-cr-only.csv", "", "CR alone" },
	{ "members-invalid-utf8.csv", "row 2: first_name", "is not UTF-8" },
	{ "members-invalid-utf8.csv", "row 3: first_name", "is not UTF-8" },
	{ "members-invalid-utf8.csv", "row 4: first_name", "is not UTF-8" },
	{ "members-invalid-utf8.csv", "row 5: first_name", "is not UTF-8" },
	{ "members-invalid-utf8.csv", "row 6: first_name", "is not UTF-8" },
	{ "members-latin1-header.csv", "header row 1, column 3",
	  "is not UTF-8" },
	{ "members-nul.csv", "row 2: first_name", "NUL byte" },
	{ "members-nul.csv", "row 3: email", "NUL byte" },
	{ "no-such-file.csv", "", "No such file" },
};

ParameterizedTestParameters(csv_file, refuses_what_is_not)
{
	return cr_make_param_array(struct evil, evils, COUNT(evils));
}

ParameterizedTest(struct evil *evil, csv_file, refuses_what_is_not,
		  .init = cr_redirect_stderr)
{
	bool good;
	const char *text;

	read_evil(evil->name, &good);
	text = told();
	cr_assert_not(good, "%s", evil->name);
	cr_assert(strstr(text, evil->name), "%s", text);
	cr_assert(strstr(text, evil->field), "%s: %s", evil->field, text);
	cr_assert(strstr(text, evil->text), "%s: %s", evil->text, text);
}

/* Rows whose columns nobody knows are not handed over. */
Test(csv_file, ends_with_a_bad_header, .init = cr_redirect_stderr)
{
	bool good;
	struct seen seen = read_evil("members-latin1-header.csv", &good);

	cr_assert_not(good);
	cr_assert_eq(seen.rows, 0);
}

static bool is_header(void *context, size_t place, size_t count,
		      const char *const cells[])
{
	(void)context;
	return place == 0 ? count > 1 : cells[0][0] == '\0';
}

static bool take_numbers(void *context, size_t number, size_t count,
			 const char *const cells[])
{
	(void)count;
	text_printf(context, "%zu:%.3s ", number, cells[0]);
	return true;
}

/* Rows count from 1 after all of it. */
Test(csv_file, reads_a_header_of_two_records)
{
	struct text seen;

	memory = arena_new(4096);
	seen = text_new(memory);
	cr_assert(csv_read(EVIL "../foreign/surveymonkey.csv", is_header,
			   take_numbers, &seen));
	cr_assert_str_eq(seen.bytes, "0:Res 0: 1:118 2:118 3:118 4:118 ");
}

Test(csv_file, stops_when_told, .init = cr_redirect_stderr)
{
	size_t last = 0;

	memory = arena_new(4096);
	cr_assert_not(
		csv_read(EVIL "members-bad-dates.csv", NULL, stop_at_two, &last));
	cr_assert_eq(last, 2);
}
