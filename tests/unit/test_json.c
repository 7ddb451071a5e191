/*
 * json: proto3's mapping both ways, and the path of whatever is wrong.
 * (test_field sends every kind of field through JSON and back.)
 */
#include <criterion/criterion.h>
#include <string.h>

#include "sample.pb-c.h"
#include "services/common/base/clock.h"
#include "services/common/wire/json.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ID "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

static const message_type *const everything = &sample__everything__descriptor;

static const char *print(struct arena *arena, const ProtobufCMessage *message,
			 bool zero_values)
{
	struct text out = text_new(arena);

	json_print(&out, message, zero_values);
	cr_assert_eq(strlen(out.bytes), out.length);
	return out.bytes;
}

Test(json, prints_proto3_forms)
{
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Sample__Everything sample = SAMPLE__EVERYTHING__INIT;
	Sample__Inner inner = SAMPLE__INNER__INIT;
	Sample__Inner *inners[] = { &inner, &inner };
	uint8_t bytes[] = { 0, 0xff, 0xfb };
	double wides[] = { 0.5, 1e300 };
	struct arena *arena = arena_new(4096);

	sample.flag = true;
	sample.i32 = -1;
	sample.u32 = UINT32_MAX;
	sample.i64 = INT64_MIN;
	sample.u64 = UINT64_MAX;
	sample.narrow = 0.1f;
	sample.wide = 0.1;
	sample.name = (char *)"a\"b\\c/\n\r\t\b\f\x01\x7f é";
	sample.data = (ProtobufCBinaryData){ 3, bytes };
	sample.colour = SAMPLE__EVERYTHING__COLOUR__dark_green;
	at.seconds = 1617962400;
	at.nanos = 1000;
	sample.seen_at = &at;
	sample.n_wides = 2;
	sample.wides = wides;
	inner.colour = (Sample__Everything__Colour)99;
	sample.n_inners = 2;
	sample.inners = inners;
	sample.either_case = SAMPLE__EVERYTHING__EITHER_NUMBER;
	cr_assert_str_eq(
		print(arena, &sample.base, false),
		"{\"flag\":true,\"i32\":-1,\"u32\":4294967295,"
		"\"i64\":\"-9223372036854775808\","
		"\"u64\":\"18446744073709551615\","
		"\"narrow\":0.1,\"wide\":0.1,"
		"\"name\":\"a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u0001\x7f é\","
		"\"data\":\"AP/7\",\"colour\":\"dark_green\","
		"\"seen_at\":\"2021-04-09T10:00:00.000001Z\","
		"\"wides\":[0.5,1e+300],"
		"\"inners\":[{\"colour\":99},{\"colour\":99}],"
		"\"number\":\"0\"}");
	arena_free(arena);
}

Test(json, prints_zero_values_when_asked)
{
	Sample__Inner inner = SAMPLE__INNER__INIT;
	Sample__Everything sample = SAMPLE__EVERYTHING__INIT;
	Sample__Nothing nothing = SAMPLE__NOTHING__INIT;
	struct arena *arena = arena_new(4096);
	const char *all;

	cr_assert_str_eq(print(arena, &inner.base, false), "{}");
	cr_assert_str_eq(print(arena, &nothing.base, true), "{}");
	cr_assert_str_eq(print(arena, &inner.base, true),
			 "{\"email\":\"\",\"rank\":0,\"primary\":false,"
			 "\"colour\":\"unspecified\",\"hub_id\":\"\","
			 "\"data\":\"\",\"tags\":[],\"big\":\"0\"}");
	all = print(arena, &sample.base, true);
	cr_assert_not_null(strstr(all, "\"shape\":\"shape_unspecified\""));
	cr_assert_not_null(strstr(all, "\"answer\":\"NO\""));
	cr_assert_not_null(strstr(all, "\"inners\":[]"));
	cr_assert_null(strstr(all, "seen_at"));
	cr_assert_null(strstr(all, "\"inner\":"));
	cr_assert_null(strstr(all, "word"));
	arena_free(arena);
}

Test(json, strings_are_json_whatever_they_hold)
{
	static const struct {
		const char *value, *printed;
	} rows[] = {
		{ "", "\"\"" },
		{ "a", "\"a\"" },
		{ "\"", "\"\\\"\"" },
		{ "\x1f", "\"\\u001f\"" },
		{ "\xe2\x82\xac", "\"\xe2\x82\xac\"" },
		{ "Caf\xe9 \xc3\xa9", "\"Caf\\ufffd \\ufffd\\ufffd\"" },
		{ "</script>", "\"</script>\"" },
	};
	struct arena *arena = arena_new(4096);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct text out = text_new(arena);

		json_print_string(&out, rows[i].value);
		cr_expect_str_eq(out.bytes, rows[i].printed);
	}
	arena_free(arena);
}

/* What is read, as it is printed again. */
Test(json, reads_what_proto3_allows)
{
	static const struct {
		const char *json, *printed;
	} rows[] = {
		{ "{}", "{}" },
		{ " \t\r\n{ } \n", "{}" },
		{ "{\"flag\":true}", "{\"flag\":true}" },
		{ "{\"flag\":false}", "{}" },
		{ "{\"flag\":null,\"names\":null,\"inner\":null,"
		  "\"seen_at\":null,\"i64\":null,\"word\":null}", "{}" },
		{ "{\"i32\":\"12\"}", "{\"i32\":12}" },
		{ "{\"i32\":-0}", "{}" },
		{ "{\"i32\":1e2}", "{\"i32\":100}" },
		{ "{\"i32\":1.50E+1}", "{\"i32\":15}" },
		{ "{\"i32\":-2.0}", "{\"i32\":-2}" },
		{ "{\"i64\":9223372036854775807}",
		  "{\"i64\":\"9223372036854775807\"}" },
		{ "{\"i64\":\"-9223372036854775808\"}",
		  "{\"i64\":\"-9223372036854775808\"}" },
		{ "{\"u64\":18446744073709551615}",
		  "{\"u64\":\"18446744073709551615\"}" },
		{ "{\"i64\":1e15}", "{\"i64\":\"1000000000000000\"}" },
		{ "{\"wide\":1}", "{\"wide\":1}" },
		{ "{\"wide\":\"1.5\"}", "{\"wide\":1.5}" },
		{ "{\"wide\":-1.5e-3}", "{\"wide\":-0.0015}" },
		{ "{\"wide\":\"NaN\"}", "{\"wide\":\"NaN\"}" },
		{ "{\"wide\":\"-Infinity\"}", "{\"wide\":\"-Infinity\"}" },
		{ "{\"data\":\"AP/7\"}", "{\"data\":\"AP/7\"}" },
		{ "{\"data\":\"AP_7\"}", "{\"data\":\"AP/7\"}" },
		{ "{\"data\":\"AA==\"}", "{\"data\":\"AA==\"}" },
		{ "{\"data\":\"AA\"}", "{\"data\":\"AA==\"}" },
		{ "{\"data\":\"_w\"}", "{\"data\":\"/w==\"}" },
		{ "{\"data\":\"_w==\"}", "{\"data\":\"/w==\"}" },
		{ "{\"data\":\"\"}", "{}" },
		{ "{\"data\":\"\\\\x00ff\"}", "{\"data\":\"AP8=\"}" },
		{ "{\"colour\":\"red\"}", "{\"colour\":\"red\"}" },
		{ "{\"colour\":2}", "{\"colour\":\"dark_green\"}" },
		{ "{\"colour\":-1}", "{\"colour\":\"below\"}" },
		{ "{\"colour\":\"\",\"shape\":\"unspecified\"}", "{}" },
		{ "{\"colour\":0}", "{}" },
		{ "{\"seen_at\":\"2021-04-09T11:00:00+01:00\"}",
		  "{\"seen_at\":\"2021-04-09T10:00:00Z\"}" },
		{ "{\"seenAt\":\"2021-04-09T10:00:00Z\"}",
		  "{\"seen_at\":\"2021-04-09T10:00:00Z\"}" },
		{ "{\"personId\":\"" ID "\"}",
		  "{\"person_id\":\"" ID "\"}" },
		{ "{\"line2\":\"x\"}", "{\"line_2\":\"x\"}" },
		{ "{\"line_2\":\"x\"}", "{\"line_2\":\"x\"}" },
		{ "{\"i32s\":[1,\"2\",3e0]}", "{\"i32s\":[1,2,3]}" },
		{ "{\"i32s\":[]}", "{}" },
		{ "{\"colours\":[\"red\",2,\"\"]}",
		  "{\"colours\":[\"red\",\"dark_green\",\"unspecified\"]}" },
		{ "{\"inners\":[{},{\"tags\":[\"a\"],\"big\":5}]}",
		  "{\"inners\":[{},{\"tags\":[\"a\"],\"big\":\"5\"}]}" },
		{ "{\"thing\":{}}", "{\"thing\":{}}" },
		{ "{\"word\":\"\"}", "{\"word\":\"\"}" },
		{ "{\"number\":null,\"word\":\"w\"}", "{\"word\":\"w\"}" },
		{ "{\"na\\u006de\":\"x\"}", "{\"name\":\"x\"}" },
		{ "{\"name\":\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"}",
		  "{\"name\":\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}" },
		{ "{\"name\":\"\\uD83D\\uDE00\\\"\\\\\\/\\n\\t\"}",
		  "{\"name\":\"\xf0\x9f\x98\x80\\\"\\\\/\\n\\t\"}" },
		{ "{\"name\":\"\\uffff\\ufeff\"}",
		  "{\"name\":\"\xef\xbf\xbf\xef\xbb\xbf\"}" },
	};
	struct arena *arena = arena_new(1 << 16);

	for (size_t i = 0; i < COUNT(rows); i++) {
		ProtobufCMessage *message;
		struct error error = { 0 };

		cr_assert_eq(json_parse(arena, everything, rows[i].json,
					&message, &error),
			     STATUS_OK, "%s: %s %s", rows[i].json,
			     error.field, error.message);
		cr_expect_str_eq(print(arena, message, false),
				 rows[i].printed);
		arena_reset(arena);
	}
	arena_free(arena);
}

static const struct bad {
	const char *json, *says, *field;
} bad[] = {
	/* syntax */
	{ "", "object", "" },
	{ "   ", "object", "" },
	{ "null", "object", "" },
	{ "[]", "object", "" },
	{ "\"x\"", "object", "" },
	{ "{", "string is expected at byte 1", "" },
	{ "{}x", "the end is expected at byte 2", "" },
	{ "{} {}", "the end is expected", "" },
	{ "{},", "the end is expected", "" },
	{ "{,}", "a string is expected", "" },
	{ "{\"flag\"}", ": is expected", "" },
	{ "{\"flag\":}", "is expected", "flag" },
	{ "{\"flag\":true", ", or } is expected", "" },
	{ "{\"flag\":true,}", "a string is expected", "" },
	{ "{\"flag\":true \"i32\":1}", ", or }", "" },
	{ "{\"flag\":true}}", "the end", "" },
	{ "{flag:true}", "a string is expected", "" },
	{ "{'flag':true}", "a string is expected", "" },
	{ "{\"flag\":TRUE}", "is expected", "flag" },
	{ "{\"flag\":truely}", "is expected", "flag" },
	{ "{\"flag\":nullx}", "is expected", "flag" },
	{ "/**/{}", "object", "" },
	{ "\xef\xbb\xbf{}", "object", "" },
	{ "{\"i32s\":[1", ", or ] is expected", "i32s[0]" },
	{ "{\"i32s\":[1,", "is expected", "i32s[1]" },
	{ "{\"i32s\":[1,]}", "is expected", "i32s[1]" },
	{ "{\"i32s\":[,1]}", "is expected", "i32s[0]" },
	{ "{\"i32s\":[1 2]}", ", or ]", "i32s[0]" },
	{ "{\"i32s\":[1}", ", or ]", "i32s[0]" },
	/* numbers */
	{ "{\"i32\":01}", "is expected", "i32" },
	{ "{\"i32\":+1}", "is expected", "i32" },
	{ "{\"i32\":-}", "is expected", "i32" },
	{ "{\"i32\":.5}", "is expected", "i32" },
	{ "{\"i32\":1.}", "is expected", "i32" },
	{ "{\"i32\":1e}", "is expected", "i32" },
	{ "{\"i32\":0x1}", ", or }", "" },
	{ "{\"wide\":NaN}", "is expected", "wide" },
	{ "{\"wide\":Infinity}", "is expected", "wide" },
	{ "{\"wide\":1e999}", "must be a number", "wide" },
	{ "{\"narrow\":1e39}", "must be a number", "narrow" },
	{ "{\"i32\":1.5}", "whole number", "i32" },
	{ "{\"i32\":1e99}", "whole number", "i32" },
	{ "{\"i32\":2147483648}", "whole number", "i32" },
	{ "{\"i32\":\"\"}", "whole number", "i32" },
	{ "{\"i32\":\" 1\"}", "whole number", "i32" },
	{ "{\"i32\":true}", "must be a number", "i32" },
	{ "{\"i32\":{}}", "must be a number", "i32" },
	{ "{\"i32\":[1]}", "must be a number", "i32" },
	{ "{\"u32\":-1}", "whole number", "u32" },
	{ "{\"i64\":9223372036854775808}", "whole number", "i64" },
	{ "{\"u64\":18446744073709551616}", "whole number", "u64" },
	/* strings */
	{ "{\"name\":\"x", "no end", "name" },
	{ "{\"name\":\"x\\", "escape", "name" },
	{ "{\"name\":\"\\\"}", "no end", "name" },
	{ "{\"name\":\"\\x41\"}", "escape", "name" },
	{ "{\"name\":\"\\u12\"}", "escape", "name" },
	{ "{\"name\":\"\\u", "escape", "name" },
	{ "{\"name\":\"\\u00g0\"}", "escape", "name" },
	{ "{\"name\":\"\\u0000\"}", "escape", "name" },
	{ "{\"name\":\"\\ud83d\"}", "escape", "name" },
	{ "{\"name\":\"\\ud83dx\"}", "escape", "name" },
	{ "{\"name\":\"\\ude00\"}", "escape", "name" },
	{ "{\"name\":\"\\ud83d\\u0041\"}", "escape", "name" },
	{ "{\"name\":\"a\nb\"}", "control", "name" },
	{ "{\"name\":\"\\u0007\"}", "control", "name" },
	{ "{\"name\":\"\\r\\nBcc: x\"}", "control", "name" },
	{ "{\"name\":\"\xe9\"}", "UTF-8", "name" },
	{ "{\"name\":\"\xed\xa0\x80\"}", "UTF-8", "name" },
	{ "{\"\xe9\":1}", "UTF-8", "" },
	{ "{\"name\":1}", "must be a string", "name" },
	{ "{\"name\":true}", "must be a string", "name" },
	{ "{\"name\":{}}", "must be a string", "name" },
	/* names */
	{ "{\"nom\":\"x\"}", "not a known name", "nom" },
	{ "{\"\":\"x\"}", "not a known name", "" },
	{ "{\"Name\":\"x\"}", "not a known name", "Name" },
	{ "{\"seen_At\":null}", "not a known name", "seen_At" },
	{ "{\"seenat\":null}", "not a known name", "seenat" },
	{ "{\"name\":\"x\",\"name\":\"x\"}", "twice", "name" },
	{ "{\"name\":null,\"name\":\"x\"}", "twice", "name" },
	{ "{\"seenAt\":null,\"seen_at\":null}", "twice", "seen_at" },
	{ "{\"inner\":{},\"inner\":{}}", "twice", "inner" },
	{ "{\"names\":[],\"names\":[]}", "twice", "names" },
	{ "{\"word\":\"a\",\"number\":1}", "excludes", "number" },
	{ "{\"word\":\"\",\"thing\":{}}", "excludes", "thing" },
	{ "{\"inner\":{\"nom\":1}}", "not a known name", "inner.nom" },
	{ "{\"inner\":{\"rank\":1,\"rank\":2}}", "twice", "inner.rank" },
	{ "{\"inner\":{\"rank\":1", ", or }", "inner" },
	/* the other kinds */
	{ "{\"flag\":1}", "true or false", "flag" },
	{ "{\"flag\":\"true\"}", "true or false", "flag" },
	{ "{\"data\":7}", "string", "data" },
	{ "{\"data\":\"A\"}", "base64", "data" },
	{ "{\"data\":\"AA=\"}", "base64", "data" },
	{ "{\"data\":\"AA===\"}", "base64", "data" },
	{ "{\"data\":\"A A=\"}", "base64", "data" },
	{ "{\"data\":\"AP/7_w\"}", "base64", "data" },
	{ "{\"data\":\"A*==\"}", "base64", "data" },
	{ "{\"data\":\"\\\\x0\"}", "hexadecimal", "data" },
	{ "{\"colour\":\"Red\"}", "known names", "colour" },
	{ "{\"colour\":99}", "known values", "colour" },
	{ "{\"colour\":1.5}", "known values", "colour" },
	{ "{\"colour\":4294967297}", "known values", "colour" },
	{ "{\"colour\":true}", "must be a", "colour" },
	{ "{\"seen_at\":1617962400}", "string", "seen_at" },
	{ "{\"seen_at\":\"yesterday\"}", "time such as", "seen_at" },
	{ "{\"seen_at\":{\"seconds\":1}}", "string", "seen_at" },
	{ "{\"times\":[\"\"]}", "empty", "times[0]" },
	{ "{\"person_id\":\"x\"}", "UUID", "person_id" },
	{ "{\"personId\":\"x\"}", "UUID", "person_id" },
	{ "{\"person_ids\":[\"" ID "\",\"x\"]}", "UUID", "person_ids[1]" },
	{ "{\"born_on\":\"2021-02-30\"}", "date", "born_on" },
	{ "{\"start_local\":\"2021-04-09T11:00:00Z\"}", "local time",
	  "start_local" },
	{ "{\"names\":\"x\"}", "array", "names" },
	{ "{\"names\":{}}", "array", "names" },
	{ "{\"names\":[null]}", "must not be null", "names[0]" },
	{ "{\"names\":[\"a\",[\"b\"]]}", "string", "names[1]" },
	{ "{\"inner\":\"x\"}", "object", "inner" },
	{ "{\"inner\":[]}", "object", "inner" },
	{ "{\"inners\":{}}", "array", "inners" },
	{ "{\"inners\":[null]}", "must not be null", "inners[0]" },
	{ "{\"inners\":[{},{},{},{\"email\":7}]}", "string",
	  "inners[3].email" },
	{ "{\"inners\":[{},{\"email\":\"\\u0007\"}]}", "control",
	  "inners[1].email" },
	{ "{\"inners\":[{\"at\":\"x\"}]}", "time", "inners[0].at" },
	{ "{\"inners\":[{\"tags\":[\"\xff\"]}]}", "UTF-8",
	  "inners[0].tags[0]" },
};

Test(json, says_what_is_wrong_and_where)
{
	struct arena *arena = arena_new(1 << 16);

	for (size_t i = 0; i < COUNT(bad); i++) {
		/* Exactly as long as the text: AddressSanitizer watches. */
		char *json = strdup(bad[i].json);
		struct error error = { 0 };
		ProtobufCMessage *message = NULL;

		cr_expect_eq(json_parse(arena, everything, json, &message,
					&error),
			     STATUS_INVALID, "%s", bad[i].json);
		cr_expect_null(message);
		cr_assert_not_null(error.message, "%s", bad[i].json);
		cr_expect_not_null(strstr(error.message, bad[i].says),
				   "%s: %s", bad[i].json, error.message);
		cr_expect_str_eq(error.field, bad[i].field, "%s", bad[i].json);
		cr_expect_eq(json_parse(arena, everything, json, &message,
					NULL),
			     STATUS_INVALID);
		free(json);
		arena_reset(arena);
	}
	arena_free(arena);
}

Test(json, long_unknown_name_is_shortened)
{
	struct arena *arena = arena_new(1 << 16);
	const char *json = arena_printf(arena, "{\"%0500d\":1}", 0);
	ProtobufCMessage *message;
	struct error error;

	cr_assert_eq(json_parse(arena, everything, json, &message, &error),
		     STATUS_INVALID);
	cr_assert_leq(strlen(error.field), 64);
	arena_free(arena);
}

static const char *nested(struct arena *arena, int depth)
{
	struct text json = text_new(arena);

	for (int i = 1; i < depth; i++)
		text_add(&json, "{\"branches\":[");
	text_add(&json, "{}");
	for (int i = 1; i < depth; i++)
		text_add(&json, "]}");
	return json.bytes;
}

Test(json, bounds_the_depth)
{
	struct arena *arena = arena_new(1 << 16);
	ProtobufCMessage *message;
	struct error error;

	cr_assert_eq(json_parse(arena, &sample__tree__descriptor,
				nested(arena, 32), &message, &error),
		     STATUS_OK);
	cr_assert_eq(json_parse(arena, &sample__tree__descriptor,
				nested(arena, 34), &message, &error),
		     STATUS_INVALID);
	cr_assert_str_eq(error.message, "is nested too deep");
	cr_assert_eq(json_parse(arena, &sample__tree__descriptor,
				nested(arena, 1000000), &message, &error),
		     STATUS_INVALID);
	cr_assert_eq(strncmp(error.field, "branches[0].branches[0]", 23), 0);
	arena_free(arena);
}

Test(json, depth_counts_levels_and_not_siblings)
{
	struct arena *arena = arena_new(1 << 16);
	struct text json = text_new(arena);
	ProtobufCMessage *message;

	text_add(&json, "{\"branches\":[{}");
	for (int i = 0; i < 1000; i++)
		text_add(&json, ",{\"name\":\"x\",\"branches\":[{}]}");
	text_add(&json, "]}");
	cr_assert_eq(json_parse(arena, &sample__tree__descriptor, json.bytes,
				&message, NULL),
		     STATUS_OK);
	arena_free(arena);
}

Test(json, bounds_what_small_messages_cost)
{
	struct arena *arena = arena_new(1 << 16);
	struct text json = text_new(arena);
	ProtobufCMessage *message;
	struct error error;

	text_add(&json, "{\"branches\":[{}");
	for (int i = 0; i < 1000000; i++)
		text_add(&json, ",{}");
	text_add(&json, "]}");
	cr_assert_eq(json_parse(arena, &sample__tree__descriptor, json.bytes,
				&message, &error),
		     STATUS_INVALID);
	cr_assert_str_eq(error.message, "holds too many messages");
	cr_assert_lt(arena_used(arena), 64 << 20);
	arena_free(arena);
}

Test(json, reads_and_prints_in_linear_time)
{
	struct arena *arena = arena_new(1 << 16);
	struct text json = text_new(arena);
	int64_t started_us = clock_monotonic();
	ProtobufCMessage *message;
	const char *again;

	text_add(&json, "{\"inners\":[{\"email\":\"m@example.org\"}");
	for (int i = 1; i < 20000; i++)
		text_printf(&json, ",{\"email\":\"m%d@example.org\","
				   "\"rank\":%d,\"big\":\"%d\"}", i, i, i);
	text_add(&json, "]}");
	cr_assert_eq(json_parse(arena, everything, json.bytes, &message, NULL),
		     STATUS_OK);
	again = print(arena, message, false);
	cr_assert_str_eq(again, json.bytes);
	cr_assert_lt(clock_monotonic() - started_us, 3 * CLOCK_SECOND);
	arena_free(arena);
}

/* Every cut and many a flip of a good text is answered, never crashed on; what
 * is accepted prints as something that is accepted again. */
Test(json, survives_truncation_and_noise)
{
	static const char good[] =
		"{\"name\":\"\\ud83d\\ude00x\",\"i32s\":[1,-2e0],\"data\":"
		"\"AP8=\",\"inners\":[{\"email\":\"a\",\"tags\":[\"t\"]},{}],"
		"\"seen_at\":\"2021-04-09T10:00:00Z\",\"colour\":\"red\","
		"\"wide\":0.5,\"thing\":{\"rank\":\"5\"}}";
	static const char letters[] = "\"\\{}[],:0e.-tx \n\xff\x01u";
	unsigned seed = 7;

	for (size_t round = 0; round < 30000; round++) {
		struct arena *arena = arena_new(4096);
		struct error error = { 0 };
		ProtobufCMessage *message;
		char *json = strdup(good);

		if (round < sizeof(good)) {
			free(json);
			json = strndup(good, round);
		}
		for (int flips = 0; round >= sizeof(good) && flips < 2;
		     flips++) {
			seed = seed * 1103515245 + 12345;
			json[seed / 65536 % (sizeof(good) - 1)] =
				letters[seed / 256 % (sizeof(letters) - 1)];
		}
		if (json_parse(arena, everything, json, &message, &error) ==
		    STATUS_OK)
			cr_assert_eq(json_parse(arena, everything,
						print(arena, message, false),
						&message, &error),
				     STATUS_OK, "%s", json);
		else
			cr_assert_not_null(error.message);
		free(json);
		arena_free(arena);
	}
}

Test(json, one_field_with_its_path)
{
	static const struct {
		const char *name, *json, *field; /* field: NULL: good */
	} rows[] = {
		{ "inner", "{\"rank\":5}", NULL },
		{ "inner", " null ", NULL },
		{ "inners", "[{\"rank\":5},{}]", NULL },
		{ "inners", "[]", NULL },
		{ "thing", "{}", NULL },
		{ "inner", "", "inner" },
		{ "inner", "{} x", "inner" },
		{ "inner", "{\"rank\":\"x\"}", "inner.rank" },
		{ "inner", "[{}]", "inner" },
		{ "inners", "{}", "inners" },
		{ "inners", "[{}", "inners[0]" },
		{ "inners", "[{},{\"nom\":1}]", "inners[1].nom" },
		{ "inners", "[{}] []", "inners" },
	};
	struct arena *arena = arena_new(1 << 16);

	for (size_t i = 0; i < COUNT(rows); i++) {
		ProtobufCMessage *message = message_new(arena, everything);
		struct error error = { .field = "" };
		enum status status = json_parse_field(
			arena, message, field_find(everything, rows[i].name),
			rows[i].json, &error);

		cr_expect_eq(status, rows[i].field ? STATUS_INVALID :
						     STATUS_OK,
			     "%s", rows[i].json);
		if (rows[i].field != NULL)
			cr_expect_str_eq(error.field, rows[i].field, "%s",
					 rows[i].json);
	}
	arena_free(arena);
}
