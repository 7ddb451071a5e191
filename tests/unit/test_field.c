/*
 * field: every kind of field through text, the wire and JSON and back, and
 * what hostile texts and bytes are told.
 */
#include <criterion/criterion.h>
#include <locale.h>
#include <string.h>

#include "sample.pb-c.h"
#include "services/common/base/clock.h"
#include "services/common/wire/field.h"
#include "services/common/wire/field_array.h"
#include "services/common/wire/json.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ID "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define ID_UPPER "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"

static const message_type *const everything = &sample__everything__descriptor;

static const field_type *field_of(const char *name)
{
	const field_type *field = field_find(everything, name);

	cr_assert_not_null(field, "%s", name);
	return field;
}

static ProtobufCMessage *set(struct arena *arena, const char *name,
			     const char *text)
{
	ProtobufCMessage *message = message_new(arena, everything);
	struct error error = { 0 };
	enum status status = field_set(arena, message, field_of(name), text,
				       &error);

	cr_assert_eq(status, STATUS_OK, "%s=%s: %s", name, text,
		     error.message);
	return message;
}

static void expect_text(const char *got, const char *wanted, const char *name)
{
	if (wanted == NULL)
		cr_expect_null(got, "%s: %s", name, got);
	else
		cr_expect_str_eq(got == NULL ? "(NULL)" : got, wanted, "%s",
				 name);
}

/* Text, wire and both kinds of JSON keep the value. */
static void check_round_trip(struct arena *arena, const char *name,
			     const char *text, const char *wanted)
{
	ProtobufCMessage *message = set(arena, name, text), *again;
	const field_type *field = field_of(name);
	struct error error = { 0 };
	struct text json;
	size_t length;
	void *bytes;

	expect_text(field_get(arena, message, field), wanted, name);
	bytes = message_encode(arena, message, &length);
	cr_assert_eq(message_decode(arena, everything, bytes, length, &again,
				    &error),
		     STATUS_OK, "%s: %s %s", name, error.field, error.message);
	expect_text(field_get(arena, again, field), wanted, name);
	for (int zero_values = 0; zero_values < 2; zero_values++) {
		json = text_new(arena);
		json_print(&json, message, zero_values);
		cr_assert_eq(json_parse(arena, everything, json.bytes, &again,
					&error),
			     STATUS_OK, "%s: %s: %s", json.bytes, error.field,
			     error.message);
		expect_text(field_get(arena, again, field), wanted, name);
	}
}

Test(field, every_kind_makes_the_round_trip)
{
	static const struct {
		const char *name, *text, *same; /* same: NULL: as text */
	} rows[] = {
		{ "flag", "true", NULL },
		{ "flag", "false", NULL },
		{ "flag", "t", "true" },
		{ "flag", "f", "false" },
		{ "i32", "0", NULL },
		{ "i32", "2147483647", NULL },
		{ "i32", "-2147483648", NULL },
		{ "s32", "-1", NULL },
		{ "sf32", "-7", NULL },
		{ "u32", "4294967295", NULL },
		{ "f32", "4294967295", NULL },
		{ "i64", "9223372036854775807", NULL },
		{ "i64", "-9223372036854775808", NULL },
		{ "s64", "-9223372036854775808", NULL },
		{ "sf64", "-1", NULL },
		{ "u64", "18446744073709551615", NULL },
		{ "f64", "18446744073709551615", NULL },
		{ "narrow", "0.1", NULL },
		{ "narrow", "-3.40282347e+38", "-3.4028235e+38" },
		{ "wide", "0.1", NULL },
		{ "wide", "0", NULL },
		{ "wide", "0.30000000000000004", NULL },
		{ "wide", "1.7976931348623157e+308", NULL },
		{ "wide", "5e-324", "4.94065645841247e-324" },
		{ "wide", "1e3", "1000" },
		{ "wide", "NaN", NULL },
		{ "wide", "Infinity", NULL },
		{ "wide", "-Infinity", NULL },
		{ "narrow", "-Infinity", NULL },
		{ "name", "", NULL },
		{ "name", "Grüße, \"Welt\" \\ {}\t\n<&> \xf0\x9f\x98\x80",
		  NULL },
		{ "name", "'; DROP TABLE hub; --", NULL },
		{ "name", "\xe2\x80\xa8", NULL },
		{ "data", "\\x", NULL },
		{ "data", "", "\\x" },
		{ "data", "\\x00ff10", NULL },
		{ "data", "\\x00FF", "\\x00ff" },
		{ "colour", "red", NULL },
		{ "colour", "dark_green", NULL },
		{ "colour", "below", NULL },
		{ "answer", "YES", NULL },
		{ "answer", "NO", NULL },
		{ "seen_at", "2021-04-09T10:00:00Z", NULL },
		{ "seen_at", "2021-04-09 11:00:00.25+01",
		  "2021-04-09T10:00:00.250000Z" },
		{ "seen_at", "1969-12-31T23:59:59.999999Z", NULL },
		{ "seen_at", "0001-01-01T00:00:00Z", NULL },
		{ "seen_at", "9999-12-31T23:59:59.999999Z", NULL },
		{ "seen_at", "1970-01-01T00:00:00Z", NULL },
		{ "person_id", ID, NULL },
		{ "person_id", ID_UPPER, ID },
		{ "born_on", "2024-02-29", NULL },
		{ "start_local", "2021-04-09T11:00:00", NULL },
		{ "start_local", "2021-04-09 11:00:00", "2021-04-09T11:00:00" },
		{ "start_local", "2021-04-09T11:00", "2021-04-09T11:00:00" },
		{ "start_local", "2021-03-28T01:30:00.5",
		  "2021-03-28T01:30:00.500000" },
		{ "word", "in a oneof", NULL },
		{ "word", "", NULL },
		{ "number", "-5", NULL },
		{ "number", "0", NULL },
		{ "flags", "{true,false}", NULL },
		{ "flags", "{t,f}", "{true,false}" },
		{ "i32s", "{}", NULL },
		{ "i32s", "{1,-2,0}", NULL },
		{ "i32s", " { 1 , 2 } ", "{1,2}" },
		{ "i32s", "{\"1\",\"2\"}", "{1,2}" },
		{ "s64s", "{-9223372036854775808,9223372036854775807}", NULL },
		{ "f64s", "{18446744073709551615}", NULL },
		{ "u32s", "{0,4294967295}", NULL },
		{ "wides", "{0.1,-2.5,NaN,Infinity}", NULL },
		{ "narrows", "{0.1,3}", NULL },
		{ "names", "{}", NULL },
		{ "names", "{ }", "{}" },
		{ "names", "{\"\"}", NULL },
		{ "names", "{a,b}", NULL },
		{ "names", "{\"a,b\",\"c\\\"d\",\"e\\\\f\",\"{g}\",\" h \"}",
		  NULL },
		{ "names", "{\"NULL\",\"null\",nulls}", NULL },
		{ "names", "{NULL,a}", "{\"\",a}" },
		{ "names", "{null}", "{\"\"}" },
		{ "names", "{two words}", "{\"two words\"}" },
		{ "names", "{\"line\nbreak\",Grüße}", NULL },
		{ "datas", "{\"\\\\x00ff\",\"\\\\x\"}", NULL },
		{ "colours", "{red,dark_green}", NULL },
		{ "colours", "{red,NULL}", NULL },
		{ "colours", "{\"\",unspecified}", "{NULL,NULL}" },
		{ "times", "{2021-04-09T10:00:00Z,1970-01-01T00:00:00Z}",
		  NULL },
		{ "times", "{\"2021-04-09 10:00:00+00\"}",
		  "{2021-04-09T10:00:00Z}" },
		{ "person_ids", "{" ID "," ID_UPPER "}", "{" ID "," ID "}" },
		{ "person_ids", "{NULL," ID "}", NULL },
		{ "inners", "[]", NULL },
	};
	struct arena *arena = arena_new(1 << 16);

	for (size_t i = 0; i < COUNT(rows); i++) {
		check_round_trip(arena, rows[i].name, rows[i].text,
				 rows[i].same ? rows[i].same : rows[i].text);
		arena_reset(arena);
	}
	arena_free(arena);
}

Test(field, messages_travel_as_json_with_what_sql_knows)
{
	static const char full[] =
		"{\"email\":\"a@example.org\",\"rank\":0,\"primary\":false,"
		"\"colour\":\"red\",\"hub_id\":\"" ID "\",\"data\":\"\\\\x00ff"
		"\",\"at\":\"2021-04-09T10:00:00Z\",\"tags\":[\"a\",\"\"],"
		"\"big\":\"5\"}";
	static const char bare[] =
		"{\"email\":\"\",\"rank\":0,\"primary\":false,"
		"\"data\":\"\\\\x\",\"tags\":[],\"big\":\"0\"}";
	struct arena *arena = arena_new(1 << 16);

	check_round_trip(arena, "inner", full, full);
	check_round_trip(arena, "inner", "{}", bare);
	check_round_trip(arena, "thing", "{}", bare);
	check_round_trip(arena, "inner", "null", NULL);
	check_round_trip(arena, "inners", "[{},{}]",
			 arena_printf(arena, "[%s,%s]", bare, bare));
	check_round_trip(arena, "inners", "null", "[]");
	arena_free(arena);
}

Test(field, what_is_absent_is_null)
{
	static const struct {
		const char *name, *text, *wanted;
	} rows[] = {
		{ "name", NULL, "" },
		{ "flag", NULL, "false" },
		{ "i32", NULL, "0" },
		{ "u64", NULL, "0" },
		{ "wide", NULL, "0" },
		{ "data", NULL, "\\x" },
		{ "names", NULL, "{}" },
		{ "inners", NULL, "[]" },
		{ "colour", NULL, NULL },
		{ "colour", "", NULL },
		{ "colour", "unspecified", NULL },
		{ "shape", NULL, NULL },
		{ "shape", "", NULL },
		{ "shape", "unspecified", NULL },
		{ "shape", "shape_unspecified", NULL },
		{ "answer", NULL, "NO" },
		{ "answer", "", "NO" },
		{ "seen_at", NULL, NULL },
		{ "seen_at", "", NULL },
		{ "inner", NULL, NULL },
		{ "person_id", NULL, NULL },
		{ "person_id", "", NULL },
		{ "born_on", "", NULL },
		{ "start_local", "", NULL },
		{ "word", NULL, NULL },
		{ "number", NULL, NULL },
		{ "thing", NULL, NULL },
	};
	struct arena *arena = arena_new(1 << 16);

	for (size_t i = 0; i < COUNT(rows); i++)
		check_round_trip(arena, rows[i].name, rows[i].text,
				 rows[i].wanted);
	arena_free(arena);
}

Test(field, bad_texts_name_the_field)
{
	static const struct {
		const char *name, *text, *says, *field; /* NULL: the name */
	} rows[] = {
		{ "flag", "", "true or false", NULL },
		{ "flag", "True", "true or false", NULL },
		{ "flag", "1", "true or false", NULL },
		{ "i32", "", "whole number", NULL },
		{ "i32", "2147483648", "whole number", NULL },
		{ "i32", "-2147483649", "whole number", NULL },
		{ "i32", "1.0", "whole number", NULL },
		{ "i32", "1;", "whole number", NULL },
		{ "u32", "-1", "whole number", NULL },
		{ "u32", "4294967296", "whole number", NULL },
		{ "i64", "9223372036854775808", "whole number", NULL },
		{ "u64", "18446744073709551616", "whole number", NULL },
		{ "u64", "184467440737095516150", "whole number", NULL },
		{ "u64", "-1", "whole number", NULL },
		{ "u64", "", "whole number", NULL },
		{ "u64", "1x", "whole number", NULL },
		{ "wide", "", "number", NULL },
		{ "wide", "nan", "number", NULL },
		{ "wide", "inf", "number", NULL },
		{ "wide", "infinity", "number", NULL },
		{ "wide", "0x10", "number", NULL },
		{ "wide", " 1", "number", NULL },
		{ "wide", "1 ", "number", NULL },
		{ "wide", "1,5", "number", NULL },
		{ "wide", "1e", "number", NULL },
		{ "wide", "1.2.3", "number", NULL },
		{ "wide", "-", "number", NULL },
		{ "wide", "1e999", "number", NULL },
		{ "wide", ".5", "number", NULL },
		{ "narrow", "1e39", "number", NULL },
		{ "name", "bell \x07", "control", NULL },
		{ "name", "a\r\nBcc: x", "control", NULL },
		{ "name", "Caf\xe9", "UTF-8", NULL },
		{ "name", "\xed\xa0\x80", "UTF-8", NULL },
		{ "data", "00ff", "\\x", NULL },
		{ "data", "\\x0", "\\x", NULL },
		{ "data", "\\x0g", "\\x", NULL },
		{ "data", "\\X00", "\\x", NULL },
		{ "data", "\\x 00", "\\x", NULL },
		{ "data", "\\", "\\x", NULL },
		{ "colour", "Red", "known names", NULL },
		{ "colour", "1", "known names", NULL },
		{ "colour", "red ", "known names", NULL },
		{ "answer", "unspecified", "known names", NULL },
		{ "seen_at", "2021-04-09", "time such as", NULL },
		{ "seen_at", "now", "time such as", NULL },
		{ "seen_at", "infinity", "time such as", NULL },
		{ "person_id", "7", "UUID", NULL },
		{ "person_id", ID " ", "UUID", NULL },
		{ "person_id", "'" ID, "UUID", NULL },
		{ "born_on", "2021-02-29", "date", NULL },
		{ "born_on", "9.4.2021", "date", NULL },
		{ "born_on", "2021-04-09T00:00:00", "date", NULL },
		{ "born_on", "2021-4-09", "date", NULL },
		{ "born_on", "today", "date", NULL },
		{ "born_on", "0000-01-01", "date", NULL },
		{ "start_local", "2021-04-09T11:00:00Z", "zone", NULL },
		{ "start_local", "2021-04-09T11:00:00+01:00", "zone", NULL },
		{ "start_local", "2021-04-09", "local time", NULL },
		{ "start_local", "2021-04-09T25:00:00", "local", NULL },
		{ "start_local", "2021-04-09T11:0000", "local", NULL },
		{ "start_local",
		  "2021-04-09T11:00:00.00000000000000000000000000000000000",
		  "local", NULL },
		{ "i32s", "", "array", NULL },
		{ "i32s", "1", "array", NULL },
		{ "i32s", "{1", "array", NULL },
		{ "i32s", "{1}x", "array", NULL },
		{ "i32s", "{1}}", "array", NULL },
		{ "i32s", "{1,}", "array", NULL },
		{ "i32s", "{,1}", "array", NULL },
		{ "i32s", "{1,,2}", "array", NULL },
		{ "i32s", "{{1}}", "array", NULL },
		{ "i32s", "[0:1]={1,2}", "array", NULL },
		{ "i32s", "{1 2}", "whole number", "i32s[0]" },
		{ "i32s", "{1,2,x}", "whole number", "i32s[2]" },
		{ "i32s", "{NULL}", "whole number", "i32s[0]" },
		{ "names", "{\"a", "array", NULL },
		{ "names", "{\"a\\", "array", NULL },
		{ "names", "{\"a\"b}", "array", NULL },
		{ "names", "{a\"b\"}", "array", NULL },
		{ "names", "{a\\,b}", "array", NULL },
		{ "names", "{a,\"\x01\"}", "control", "names[1]" },
		{ "colours", "{red,blue}", "known names", "colours[1]" },
		{ "times", "{NULL}", "empty", "times[0]" },
		{ "times", "{\"\"}", "empty", "times[0]" },
		{ "person_ids", "{" ID ",x}", "UUID", "person_ids[1]" },
		{ "inner", "", "object", NULL },
		{ "inner", "[]", "object", NULL },
		{ "inner", "{\"rank\":\"x\"}", "whole", "inner.rank" },
		{ "inner", "{\"hub_id\":\"x\"}", "UUID", "inner.hub_id" },
		{ "inners", "{}", "array", NULL },
		{ "inners", "[{},{\"tags\":[\"a\",7]}]", "string",
		  "inners[1].tags[1]" },
	};
	struct arena *arena = arena_new(1 << 16);

	for (size_t i = 0; i < COUNT(rows); i++) {
		ProtobufCMessage *message = message_new(arena, everything);
		struct error error = { 0 };

		cr_expect_eq(field_set(arena, message, field_of(rows[i].name),
				       rows[i].text, &error),
			     STATUS_INVALID, "%s=%s", rows[i].name,
			     rows[i].text);
		cr_expect_eq(error.status, STATUS_INVALID);
		cr_expect_not_null(error.message &&
				   strstr(error.message, rows[i].says) ?
				   error.message : NULL,
				   "%s=%s: %s", rows[i].name, rows[i].text,
				   error.message);
		cr_expect_str_eq(error.field == NULL ? "(NULL)" : error.field,
				 rows[i].field ? rows[i].field : rows[i].name,
				 "%s=%s", rows[i].name, rows[i].text);
		/* The caller may not care why. */
		cr_expect_eq(field_set(arena, message, field_of(rows[i].name),
				       rows[i].text, NULL),
			     STATUS_INVALID);
		arena_reset(arena);
	}
	arena_free(arena);
}

Test(field, knows_sql_types)
{
	static const struct {
		const char *name, *type;
	} rows[] = {
		{ "flag", "boolean" },
		{ "i32", "integer" }, { "s32", "integer" },
		{ "sf32", "integer" }, { "u32", "bigint" },
		{ "f32", "bigint" }, { "i64", "bigint" },
		{ "s64", "bigint" }, { "sf64", "bigint" },
		{ "u64", "numeric" }, { "f64", "numeric" },
		{ "narrow", "real" }, { "wide", "double precision" },
		{ "name", "text" }, { "data", "bytea" },
		{ "colour", "text" }, { "seen_at", "timestamptz" },
		{ "inner", "jsonb" }, { "person_id", "uuid" },
		{ "born_on", "date" }, { "start_local", "timestamp" },
		{ "line_2", "text" }, { "word", "text" },
		{ "flags", "boolean[]" }, { "i32s", "integer[]" },
		{ "s64s", "bigint[]" }, { "f64s", "numeric[]" },
		{ "wides", "double precision[]" }, { "names", "text[]" },
		{ "datas", "bytea[]" }, { "colours", "text[]" },
		{ "times", "timestamptz[]" }, { "inners", "jsonb" },
		{ "person_ids", "uuid[]" }, { "u32s", "bigint[]" },
		{ "narrows", "real[]" }, { "thing", "jsonb" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_str_eq(field_sql_type(field_of(rows[i].name)),
				 rows[i].type, "%s", rows[i].name);
	cr_expect(field_is_timestamp(field_of("seen_at")));
	cr_expect(field_is_timestamp(field_of("times")));
	cr_expect_not(field_is_timestamp(field_of("inner")));
	cr_expect_not(field_is_message(field_of("seen_at")));
	cr_expect(field_is_message(field_of("inners")));
	cr_expect_not(field_is_message(field_of("name")));
	cr_expect(field_is_repeated(field_of("times")));
	cr_expect_not(field_is_repeated(field_of("name")));
	cr_expect_null(field_find(everything, "nothing"));
	cr_expect_null(field_find(everything, ""));
}

Test(field, a_repeated_field_is_replaced_as_a_whole)
{
	struct arena *arena = arena_new(4096);
	ProtobufCMessage *message = set(arena, "i32s", "{1,2,3}");

	field_set(arena, message, field_of("i32s"), "{4}", NULL);
	cr_assert_str_eq(field_get(arena, message, field_of("i32s")), "{4}");
	field_set(arena, message, field_of("inners"), "[{},{}]", NULL);
	field_set(arena, message, field_of("inners"), "[{}]", NULL);
	cr_assert_eq(((Sample__Everything *)message)->n_inners, 1);
	arena_free(arena);
}

Test(field, a_oneof_holds_the_last_that_was_set)
{
	struct arena *arena = arena_new(4096);
	ProtobufCMessage *message = set(arena, "number", "77");

	cr_assert_eq(field_set(arena, message, field_of("word"), "w", NULL),
		     STATUS_OK);
	cr_assert_null(field_get(arena, message, field_of("number")));
	cr_assert_str_eq(field_get(arena, message, field_of("word")), "w");
	cr_assert_eq(field_set(arena, message, field_of("number"), "-3", NULL),
		     STATUS_OK);
	cr_assert_null(field_get(arena, message, field_of("word")));
	cr_assert_str_eq(field_get(arena, message, field_of("number")), "-3");
	arena_free(arena);
}

Test(field, appends_in_linear_memory)
{
	struct arena *arena = arena_new(4096);
	ProtobufCMessage *message = message_new(arena, everything);
	Sample__Everything *sample = (Sample__Everything *)message;

	for (int i = 0; i < 10000; i++) {
		Sample__Inner *inner = (Sample__Inner *)field_append(
			arena, message, field_of("inners"));

		cr_assert_eq(inner->rank, 0);
		cr_assert_str_eq(inner->email, "");
		inner->rank = i;
	}
	cr_assert_eq(sample->n_inners, 10000);
	for (int i = 0; i < 10000; i++)
		cr_assert_eq(sample->inners[i]->rank, i);
	cr_assert_lt(arena_used(arena), 10000 * 300);
	arena_free(arena);
}

/* Whatever the length that came off the wire; AddressSanitizer watches. */
Test(field, appends_to_what_was_unpacked)
{
	struct arena *arena = arena_new(4096);

	for (size_t count = 0; count < 40; count++) {
		ProtobufCMessage *message = message_new(arena, everything);
		Sample__Everything *again;
		ProtobufCMessage *unpacked;
		struct error error = { 0 };
		size_t length;
		void *bytes;

		for (size_t i = 0; i < count; i++)
			field_append(arena, message, field_of("inners"));
		bytes = message_encode(arena, message, &length);
		cr_assert_eq(message_decode(arena, everything, bytes, length,
					    &unpacked, &error),
			     STATUS_OK);
		for (int i = 0; i < 50; i++)
			field_append(arena, unpacked, field_of("inners"));
		again = (Sample__Everything *)unpacked;
		cr_assert_eq(again->n_inners, count + 50);
		for (size_t i = 0; i < again->n_inners; i++)
			cr_assert_not_null(again->inners[i]);
		arena_reset(arena);
	}
	arena_free(arena);
}

Test(field, long_arrays_are_linear)
{
	struct arena *arena = arena_new(1 << 16);
	struct text array = text_new(arena);
	Sample__Everything *sample;
	int64_t started_us = clock_monotonic();
	ProtobufCMessage *message;
	const char *text;

	for (int i = 0; i < 10000; i++)
		array_add(&array, i % 3 ? "some \"text\" of a member" : "");
	text = array_end(&array);
	message = set(arena, "names", text);
	sample = (Sample__Everything *)message;
	cr_assert_eq(sample->n_names, 10000);
	cr_assert_str_eq(sample->names[9998], "some \"text\" of a member");
	cr_assert_str_eq(field_get(arena, message, field_of("names")), text);
	cr_assert_lt(arena_used(arena), 8 << 20);
	cr_assert_lt(clock_monotonic() - started_us, 2 * CLOCK_SECOND);
	arena_free(arena);
}

Test(field, array_literals)
{
	static const struct {
		const char *value, *printed;
	} rows[] = {
		{ NULL, "NULL" }, { "", "\"\"" }, { "a", "a" },
		{ "null", "\"null\"" }, { "NuLL", "\"NuLL\"" },
		{ "nullable", "nullable" }, { "a b", "\"a b\"" },
		{ ",", "\",\"" }, { "{", "\"{\"" }, { "}", "\"}\"" },
		{ "\"", "\"\\\"\"" }, { "\\", "\"\\\\\"" },
		{ "\\\"\\", "\"\\\\\\\"\\\\\"" }, { "\v", "\"\v\"" },
		{ "é", "é" },
	};
	struct arena *arena = arena_new(4096);
	struct text all = text_new(arena);
	const char *at, *value;

	cr_assert_str_eq(array_end(&(struct text){ .arena = arena,
						   .bytes = arena_alloc(
							   arena, 8),
						   .size = 8 }),
			 "{}");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct text one = text_new(arena);

		array_add(&one, rows[i].value);
		array_add(&all, rows[i].value);
		cr_expect_str_eq(array_end(&one),
				 arena_printf(arena, "{%s}",
					      rows[i].printed));
	}
	at = array_end(&all);
	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_assert_eq(array_next(arena, &at, i == 0, &value),
			     ARRAY_VALUE);
		expect_text(value, rows[i].value, "element");
	}
	cr_assert_eq(array_next(arena, &at, false, &value), ARRAY_END);
	arena_free(arena);
}

Test(field, decimal_point_does_not_depend_on_the_locale)
{
	static const char *const names[] = {
		"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "cy_GB.UTF-8",
	};
	struct arena *arena = arena_new(4096);

	/* Not every machine has such a locale; then this is the C locale. */
	for (size_t i = 0; i < COUNT(names); i++) {
		setlocale(LC_ALL, names[i]);
		check_round_trip(arena, "wide", "-1234.5", "-1234.5");
	}
	arena_free(arena);
}

/* ---- hostile bytes ---- */

static enum status decode(struct arena *arena, const message_type *type,
			  const void *bytes, size_t length,
			  struct error *error)
{
	ProtobufCMessage *message;
	/* Exactly as long: AddressSanitizer watches. */
	void *copy = malloc(length ? length : 1);
	enum status status;

	cr_assert_not_null(copy);
	memcpy(copy, bytes, length);
	*error = (struct error){ 0 };
	status = message_decode(arena, type, copy, length, &message, error);
	cr_assert_eq(status == STATUS_OK, message != NULL);
	free(copy);
	return status;
}

Test(field, refuses_malformed_and_wrong_bytes)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *says, *field;
	} rows[] = {
		{ "\x08", 1, "malformed", "" },         /* no value */
		{ "\x08\x80", 2, "malformed", "" },     /* endless varint */
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11,
		  "malformed", "" },
		{ "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12,
		  "malformed", "" },
		{ "\x00\x00", 2, "malformed", "" },     /* field 0 */
		{ "\x0b", 1, "malformed", "" },         /* a group */
		{ "\x0f\x01", 2, "malformed", "" },     /* wire type 7 */
		{ "\x25\x01\x02", 3, "malformed", "" }, /* short fixed32 */
		{ "\x49\x01\x02", 3, "malformed", "" }, /* short fixed64 */
		{ "\x72\x05" "abc", 5, "malformed", "" },
		{ "\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
		  "malformed", "" },
		{ "\x72\xff\xff\xff\xff\x07", 6, "malformed", "" },
		{ "\x82\x02\x03\x08", 4, "malformed", "" },
		{ "\x72\x03" "a\0b", 5, "NUL", "name" },
		{ "\xa2\x01\x05\x0a\x03" "a\0b", 8, "NUL", "inner.email" },
		{ "\x72\x01\xe9", 3, "UTF-8", "name" },
		{ "\x72\x02\r\n", 4, "control", "name" },
		{ "\x80\x01\x63", 3, "known values", "colour" },
		{ "\xb2\x02\x02\x01\x63", 5, "known values", "colours[1]" },
		{ "\xaa\x01\x01x", 4, "UUID", "person_id" },
		{ "\xb2\x01\x01x", 4, "date", "born_on" },
		{ "\xba\x01\x01x", 4, "local", "start_local" },
		{ "\xca\x02\x01x", 4, "UUID", "person_ids[0]" },
		{ "\x9a\x01\x02\x10\x01", 5, NULL, "" }, /* 1 ns */
		{ "\x9a\x01\x06\x10\x80\x94\xeb\xdc\x03", 9,
		  "time", "seen_at" }, /* 10^9 ns */
		{ "\x9a\x01\x0b\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		  14, "time", "seen_at" }, /* -1 ns */
		{ "\x9a\x01\x0a\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 13,
		  "time", "seen_at" },
		{ "\xc2\x02\x00\xc2\x02\x02\x20\x63", 8, "known values",
		  "inners[1].colour" },
		{ "\xaa\x03\x02\x20\x63", 5, "known values", "thing.colour" },
		/* newer peers: unknown fields of every wire type */
		{ "\xc0\x3e\x01\xc5\x3e\x01\x02\x03\x04", 9, NULL, "" },
		{ "\xc1\x3e\x01\x02\x03\x04\x05\x06\x07\x08", 10, NULL, "" },
		{ "\xc2\x3e\x03\x0b\xff\x00", 6, NULL, "" },
		{ "", 0, NULL, "" },
	};
	struct arena *arena = arena_new(4096);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error error;
		enum status status = decode(arena, everything, rows[i].bytes,
					    rows[i].length, &error);

		if (rows[i].says == NULL) {
			cr_expect_eq(status, STATUS_OK, "row %zu: %s", i,
				     error.message);
			continue;
		}
		cr_assert_eq(status, STATUS_INVALID, "row %zu", i);
		cr_expect_not_null(strstr(error.message, rows[i].says),
				   "row %zu: %s", i, error.message);
		cr_expect_str_eq(error.field, rows[i].field, "row %zu", i);
	}
	arena_free(arena);
}

/* Every cut of a good message is answered, never crashed on. */
Test(field, survives_truncation_and_noise)
{
	struct arena *arena = arena_new(1 << 16);
	ProtobufCMessage *message = message_new(arena, everything);
	unsigned seed = 1;
	size_t length;
	uint8_t *bytes;

	cr_assert_eq(json_parse(arena, everything,
				"{\"name\":\"n\",\"i32s\":[1,2,300],"
				"\"names\":[\"a\",\"\"],\"inners\":[{\"email\":"
				"\"e\",\"tags\":[\"t\"]}],\"seen_at\":"
				"\"2021-04-09T10:00:00Z\",\"wides\":[0.5],"
				"\"datas\":[\"AP8=\"],\"thing\":{\"rank\":5}}",
				&message, NULL),
		     STATUS_OK);
	bytes = message_encode(arena, message, &length);
	for (size_t cut = 0; cut <= length; cut++) {
		struct arena *own = arena_new(4096);
		struct error error;

		decode(own, everything, bytes, cut, &error);
		arena_free(own);
	}
	for (int round = 0; round < 20000; round++) {
		struct arena *own = arena_new(4096);
		uint8_t noise[256];
		struct error error;

		memcpy(noise, bytes, length);
		for (int flips = 0; flips < 3; flips++) {
			seed = seed * 1103515245 + 12345;
			noise[seed / 65536 % length] = (uint8_t)(seed >> 8);
		}
		if (decode(own, everything, noise, length, &error) ==
		    STATUS_INVALID)
			cr_assert_not_null(error.message);
		arena_free(own);
	}
	arena_free(arena);
}

/* name = 1 of the innermost, each level wrapped as branches = 2. */
static uint8_t *nest(struct arena *arena, size_t depth, size_t *length)
{
	uint8_t *bytes = arena_alloc(arena, depth * 6);
	uint8_t *at = bytes + depth * 6;

	*length = 0;
	for (size_t i = 0; i < depth; i++) {
		uint8_t head[6];
		size_t count = 0, left = *length;

		head[count++] = 0x12;
		do {
			head[count++] = (uint8_t)(left % 128 +
						  (left > 127 ? 128 : 0));
			left /= 128;
		} while (left > 0);
		at -= count;
		memcpy(at, head, count);
		*length += count;
	}
	return at;
}

Test(field, bounds_the_depth_of_nesting)
{
	static const size_t depths[] = { 33, 34, 1000, 100000 };
	struct arena *arena = arena_new(1 << 20);
	struct error error;
	size_t length;
	uint8_t *bytes = nest(arena, 32, &length);

	cr_assert_eq(decode(arena, &sample__tree__descriptor, bytes, length,
			    &error),
		     STATUS_OK, "%s", error.message);
	for (size_t i = 0; i < COUNT(depths); i++) {
		bytes = nest(arena, depths[i], &length);
		cr_assert_eq(decode(arena, &sample__tree__descriptor, bytes,
				    length, &error),
			     STATUS_INVALID);
		cr_assert_str_eq(error.message, "is nested too deep");
		cr_assert_eq(strncmp(error.field, "branches.branches.", 18),
			     0);
	}
	arena_free(arena);
}

/* Two bytes become a struct: a megabyte must not become a gigabyte. */
Test(field, bounds_what_small_messages_cost)
{
	enum { BYTES = 1 << 20 };
	struct arena *arena = arena_new(4096);
	uint8_t *bytes = arena_alloc(arena, BYTES);
	struct error error;

	for (size_t i = 0; i < BYTES; i += 2)
		bytes[i] = 0x12;
	cr_assert_eq(decode(arena, &sample__tree__descriptor, bytes, BYTES,
			    &error),
		     STATUS_INVALID);
	cr_assert_str_eq(error.message, "holds too many messages");
	cr_assert_lt(arena_used(arena), BYTES + 4096);
	cr_assert_eq(decode(arena, &sample__tree__descriptor, bytes, 20000,
			    &error),
		     STATUS_OK);
	arena_free(arena);
}

Test(field, empty_message_is_zero_bytes)
{
	struct arena *arena = arena_new(256);
	size_t length = 99;
	void *bytes = message_encode(
		arena, message_new(arena, &sample__nothing__descriptor),
		&length);
	struct error error;

	cr_assert_eq(length, 0);
	cr_assert_eq(decode(arena, &sample__nothing__descriptor, bytes, 0,
			    &error),
		     STATUS_OK);
	arena_free(arena);
}

/* What C made itself may be wrong too: printed, not crashed on. */
Test(field, prints_what_was_never_checked)
{
	struct arena *arena = arena_new(4096);
	Sample__Everything sample = SAMPLE__EVERYTHING__INIT;
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

	sample.colour = (Sample__Everything__Colour)99;
	sample.name = NULL;
	at.seconds = INT64_MAX;
	sample.seen_at = &at;
	cr_expect_str_eq(field_get(arena, &sample.base, field_of("colour")),
			 "99");
	cr_expect_str_eq(field_get(arena, &sample.base, field_of("name")), "");
	cr_expect_null(field_get(arena, &sample.base, field_of("seen_at")));
	cr_expect_eq(message_check(arena, &sample.base, NULL),
		     STATUS_INVALID);
	arena_free(arena);
}
