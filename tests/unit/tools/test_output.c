/* output: messages as table, CSV and JSON. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "registry.pb-c.h"
#include "reporting.pb-c.h"
#include "services/common/wire/json.h"
#include "tools/command.h"
#include "tools/output.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static char *written;
static size_t length;

static FILE *begin(void)
{
	free(written); /* of the time before */
	written = NULL;
	if (memory == NULL)
		memory = arena_new(4096);
	setlocale(LC_CTYPE, "C.UTF-8");
	return open_memstream(&written, &length);
}

Test(output, quotes_and_guards_cells)
{
	static const struct {
		const char *value, *cell;
		bool guard;
	} rows[] = {
		{ "plain", "plain", true },
		{ "", "", true },
		{ "a,b", "\"a,b\"", true },
		{ "say \"so\"", "\"say \"\"so\"\"\"", true },
		{ "two\nlines", "\"two\nlines\"", true },
		{ "=1+1", "\"'=1+1\"", true },
		{ "+44 7700", "\"'+44 7700\"", true },
		{ "-5", "\"'-5\"", true },
		{ "-5", "-5", false },
		{ "@sum", "\"'@sum\"", true },
		{ "\tx", "\"'\tx\"", true },
		{ "a=1", "a=1", true },
		{ "'=1", "\"''=1\"", true }, /* or the reader would take it */
		{ "'tis", "'tis", true },
		{ "=\"x\"", "\"'=\"\"x\"\"\"", true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		FILE *out = begin();

		output_csv_cell(out, rows[i].value, rows[i].guard);
		fclose(out);
		cr_assert_str_eq(written, rows[i].cell);
	}
}

static ProtobufCMessage *figures(void)
{
	ProtobufCMessage *message;
	struct error error = { STATUS_OK, "", "" };
	const char *json =
		"{\"hubs\": [{\"name\": \"=Hosbis yr Ŵyl\", \"sessions\": 12, "
		"\"hours\": 1.75}, {\"name\": \"A\", \"sessions\": 3}]}";

	cr_assert_eq(json_parse(memory,
				&reporting__list_hub_figures_reply__descriptor,
				json, &message, &error),
		     STATUS_OK, "%s", error.message);
	return message;
}

static const char *print(const char *columns, enum output_format format)
{
	const struct output_style style = { format, columns };
	FILE *out = begin();
	bool good = output_message(out, figures(), "name sessions", &style);

	fclose(out);
	return good ? written : NULL;
}

Test(output, prints_lists)
{
	cr_assert_str_eq(print(NULL, OUTPUT_TABLE),
			 "name            sessions\n"
			 "=Hosbis yr Ŵyl        12\n"
			 "A                      3\n");
	cr_assert_str_eq(print("sessions,hours name", OUTPUT_TABLE),
			 "sessions  hours  name\n"
			 "      12    1.8  =Hosbis yr Ŵyl\n"
			 "       3    0.0  A\n");
	cr_assert_str_eq(print("hours,name", OUTPUT_CSV),
			 "hours,name\r\n1.75,\"'=Hosbis yr Ŵyl\"\r\n0,A\r\n");
	cr_assert_str_eq(strstr(print(NULL, OUTPUT_CSV), "\r\n") - 5,
			 "as_at"
			 "\r\n,\"'=Hosbis yr Ŵyl\",12,0,0,1.75,0,0,0,\r\n"
			 ",A,3,0,0,0,0,0,0,\r\n");
	cr_assert(strstr(print(NULL, OUTPUT_JSON),
			 "\"name\": \"=Hosbis yr Ŵyl\"") ||
			  strstr(written, "\"name\":\"=Hosbis yr Ŵyl\""),
		  "%s", written);
}

Test(output, knows_its_columns)
{
	cr_assert_null(print("name bogus", OUTPUT_TABLE));
}

Test(output, keeps_the_terminal_clean)
{
	char name[] = "\x1b[2Jgone\r\n";
	Registry__Hub hub = REGISTRY__HUB__INIT;
	const struct output_style style = { OUTPUT_TABLE, "name" };
	FILE *out = begin();

	hub.name = name;
	output_message(out, &hub.base, NULL, &style);
	fclose(out);
	cr_assert_str_eq(written, "name   [2Jgone  \n");
}
