/* mime: what travels is seven bits, in short lines, and ends where it ends. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "services/notifier/mime.h"

static struct arena *arena;

static void make_arena(void)
{
	arena = arena_new(4096);
}

static void drop_arena(void)
{
	arena_free(arena);
}

TestSuite(mime, .init = make_arena, .fini = drop_arena);

Test(mime, quotes_what_is_not_printable)
{
	const struct {
		const char *text, *quoted;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a=b", "a=3Db" },
		{ "caf\xc3\xa9\r\n", "caf=C3=A9\r\n" },
		{ "ends in a space \r\nx", "ends in a space=20\r\nx" },
		{ "ends in a tab\t", "ends in a tab=09" },
		{ ".\r\n..b\r\na.b", "=2E\r\n=2E.b\r\na.b" },
		{ "a\rb\nc", "a=0Db=0Ac" },
		{ "\x7f\x01", "=7F=01" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct text out = text_new(arena);

		mime_quoted_printable(&out, cases[i].text);
		cr_assert_str_eq(out.bytes, cases[i].quoted);
	}
}

/* Undo quoted-printable, so that nothing need be trusted. */
static const char *unquote(const char *quoted)
{
	struct text out = text_new(arena);

	for (; *quoted; quoted++) {
		unsigned byte;

		if (*quoted != '=') {
			text_add_char(&out, *quoted);
		} else if (quoted[1] == '\r') {
			quoted += 2;
		} else {
			cr_assert_eq(sscanf(quoted + 1, "%2X", &byte), 1);
			text_add_char(&out, (char)byte);
			quoted += 2;
		}
	}
	return out.bytes;
}

static void check_lines(const char *message)
{
	size_t length = 0;

	for (const char *c = message; *c; c++) {
		cr_assert_eq(*c & 0x80, 0);
		cr_assert(length || *c != '.' || !strcmp(c, ".\r\n"));
		length = *c == '\n' ? 0 : length + 1;
		cr_assert(length <= 77, "%s", c - 70);
	}
}

/* Any character at any column: the soft break must not cut, must not begin a
 * line with a dot, and must come off again. */
Test(mime, breaks_lines_at_every_column)
{
	const char *const pieces[] = { "x", ".", "=", " ", "\xc5\x82", "\r\n" };

	for (size_t lead = 0; lead < 80; lead++)
		for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
			struct text text = text_new(arena);
			struct text out = text_new(arena);

			for (size_t n = 0; n < lead; n++)
				text_add_char(&text, 'a');
			for (size_t n = 0; n < 90; n++)
				text_add(&text, pieces[i]);
			text_add(&text, "z");
			mime_quoted_printable(&out, text.bytes);
			check_lines(out.bytes);
			cr_assert_str_eq(unquote(out.bytes), text.bytes);
		}
}

Test(mime, encodes_files)
{
	const struct {
		const char *bytes, *encoded;
	} cases[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9v\r\nYg==" },
		{ "foobar", "Zm9v\r\nYmFy" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct text out = text_new(arena);

		mime_base64(&out, cases[i].bytes, strlen(cases[i].bytes), 4);
		cr_assert_str_eq(out.bytes, cases[i].encoded);
	}
}

Test(mime, cannot_be_ended_early)
{
	static const char *const headers[] = { "Subject: x", NULL };
	const struct mime_parts parts = {
		.headers = headers,
		.plain = ".\r\n--=_inner--\r\n--=_outer--\r\n.\r\nQUIT\r\n",
		.html = "<p>.</p>\r\n.\r\n",
		.calendar = "BEGIN:VCALENDAR\r\nX:\xc3\xa9\r\n",
		.method = "REQUEST",
	};
	struct text message = mime_message(arena, &parts);
	const char *inner = strstr(message.bytes, "\r\n--=_inner--");

	check_lines(message.bytes);
	/* the boundaries that end stand once, where they end */
	cr_assert_not_null(inner);
	cr_assert_null(strstr(inner + 3, "\r\n--=_inner--"));
	cr_assert(strstr(inner, "\r\n--=_outer--\r\n.\r\n"));
	cr_assert(strstr(message.bytes,
			 "text/calendar; method=REQUEST; charset=utf-8"));
	cr_assert(strstr(message.bytes, "filename=\"invite.ics\""));
	cr_assert_eq(strlen(message.bytes), message.length);
}
