/* text: growth, and the checks that hostile text meets first. */
#include <criterion/criterion.h>
#include <string.h>

#include "services/common/base/text.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

Test(text, grows_and_stays_terminated)
{
	struct arena *arena = arena_new(256);
	struct text text = text_new(arena);

	cr_assert_str_eq(text.bytes, "");
	for (int i = 0; i < 1000; i++) {
		text_add(&text, "ab");
		text_add_char(&text, 'c');
		text_printf(&text, "%d;", i % 10);
		cr_assert_eq(strlen(text.bytes), text.length);
	}
	cr_assert_eq(text.length, 5000);
	cr_assert_eq(strncmp(text.bytes + 4995, "abc9;", 6), 0);
	text_add_bytes(&text, NULL, 0);
	text_add_bytes(&text, "x\0y", 3);
	cr_assert_eq(text.length, 5003);
	cr_assert_eq(memcmp(text.bytes + 5000, "x\0y", 4), 0);
	arena_free(arena);
}

Test(text, prints_at_every_length_around_a_growth)
{
	struct arena *arena = arena_new(256);

	for (int length = 0; length < 300; length++) {
		struct text text = text_new(arena);

		text_add(&text, "12345");
		text_printf(&text, "%0*d", length, 0);
		cr_assert_eq(text.length, 5 + (length ? length : 1));
		cr_assert_eq(strlen(text.bytes), text.length);
		cr_assert_eq(text.bytes[text.length - 1], '0');
	}
	arena_free(arena);
}

Test(text, is_built_in_linear_memory)
{
	struct arena *arena = arena_new(256);
	struct text text = text_new(arena);

	for (int i = 0; i < 1000000; i++)
		text_add(&text, "word ");
	cr_assert_eq(text.length, 5000000);
	cr_assert_lt(arena_used(arena), 5000000 * 4);
	arena_free(arena);
}

Test(text, knows_utf8)
{
	static const struct {
		const char *bytes;
		size_t length; /* 0: strlen */
		bool good;
	} rows[] = {
		{ "", 0, true },
		{ "plain", 0, true },
		{ "\x7f", 0, true },
		{ "h\xc3\xa9", 0, true },
		{ "\xe2\x82\xac", 0, true },
		{ "\xef\xbf\xbf", 0, true },
		{ "\xed\x9f\xbf", 0, true },     /* U+D7FF */
		{ "\xee\x80\x80", 0, true },     /* U+E000 */
		{ "\xf0\x90\x80\x80", 0, true }, /* U+10000 */
		{ "\xf4\x8f\xbf\xbf", 0, true }, /* U+10FFFF */
		{ "\xf0\x9f\x98\x80", 0, true },
		{ "a\0b", 3, false },
		{ "\0", 1, false },
		{ "\x80", 0, false },
		{ "\xbf", 0, false },
		{ "\xc0\x80", 0, false },     /* an overlong NUL */
		{ "\xc1\xbf", 0, false },     /* overlong */
		{ "\xc3", 0, false },         /* cut short */
		{ "\xc3(", 0, false },
		{ "\xe0\x9f\xbf", 0, false }, /* overlong */
		{ "\xe2\x82", 0, false },
		{ "\xe2(\xac", 0, false },
		{ "\xe2\x82(", 0, false },
		{ "\xed\xa0\x80", 0, false }, /* a surrogate */
		{ "\xed\xbf\xbf", 0, false },
		{ "\xf0\x8f\xbf\xbf", 0, false },
		{ "\xf4\x90\x80\x80", 0, false }, /* beyond U+10FFFF */
		{ "\xf5\x80\x80\x80", 0, false },
		{ "\xf0\x9f\x98", 0, false },
		{ "\xf0\x9f\x98(", 0, false },
		{ "\xfe", 0, false },
		{ "\xff", 0, false },
		{ "Caf\xe9", 0, false },      /* Latin-1 */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t length = rows[i].length ? rows[i].length :
						 strlen(rows[i].bytes);

		cr_expect_eq(text_is_utf8(rows[i].bytes, length), rows[i].good,
			     "row %zu", i);
	}
}

Test(text, sees_control_characters)
{
	static const struct {
		const char *text;
		bool has;
	} rows[] = {
		{ "", false },
		{ "two\nlines\tand a tab", false },
		{ "\r", true },
		{ "a\x01", true },
		{ "\x1b[31m", true },
		{ "\x7f", true },
		{ "\xc2\x80", true },
		{ "\xc2\x85", true },
		{ "\xc2\x9f", true },
		{ "\xc2\xa0", false }, /* no-break space */
		{ "\xc3\x85", false }, /* A with a ring */
		{ "\xe2\x80\x85", false },
		{ "\xc2", false }, /* cut short: not UTF-8, but no overrun */
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(text_has_control(rows[i].text), rows[i].has,
			     "row %zu", i);
}

Test(text, finds_words_in_lists)
{
	static const struct {
		const char *list, *word;
		bool in;
	} rows[] = {
		{ "hold resend", "hold", true },
		{ "hold resend", "resend", true },
		{ "  hold   resend ", "resend", true },
		{ "hold resend", "res", false },
		{ "hold resend", "end", false },
		{ "hold resend", "holdresend", false },
		{ "hold resend", "hold resend", false },
		{ "hold resend", "", false },
		{ "", "hold", false },
		{ "", "", false },
		{ "a", "aa", false },
		{ "aa", "a", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(text_in_list(rows[i].list, rows[i].word),
			     rows[i].in, "row %zu", i);
}

Test(text, reads_whole_numbers)
{
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "007", true, 7 },
		{ "-42", true, -42 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "--1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "0x10", false, 0 },
		{ "1,000", false, 0 },
		{ "\xd9\xa1", false, 0 }, /* an Arabic digit */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t value = 4711;

		cr_expect_eq(text_to_int64(rows[i].text, &value),
			     rows[i].good, "%s", rows[i].text);
		cr_expect_eq(value, rows[i].good ? rows[i].value : 4711, "%s",
			     rows[i].text);
	}
}
