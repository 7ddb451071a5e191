/* mime: quoted-printable, base64, boundaries. */
#include <stdio.h>
#include <string.h>

#include "services/notifier/mime.h"

#define LINE 76

/* "=_" occurs neither in quoted-printable nor in base64: no part can hold it. */
#define OUTER "=_outer"
#define INNER "=_inner"

/* A byte that stands for itself. Space and tab do unless they end a line; a
 * dot at its beginning would be taken for the end of the mail. */
static bool is_plain(const char *at, size_t column)
{
	unsigned char c = (unsigned char)*at;

	if (c == ' ' || c == '\t')
		return at[1] != '\r' && at[1] != '\0';
	return c > ' ' && c < 0x7f && c != '=' && (c != '.' || column > 0);
}

void mime_quoted_printable(struct text *out, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;

	for (; *text; text++) {
		size_t width = is_plain(text, column) ? 1 : 3;

		if (text[0] == '\r' && text[1] == '\n') {
			text_add_bytes(out, text++, 2);
			column = 0;
			continue;
		}
		if (column + width > LINE - 1) {
			text_add(out, "=\r\n");
			column = 0;
			width = is_plain(text, column) ? 1 : 3;
		}
		column += width;
		if (width == 1) {
			text_add_char(out, *text);
			continue;
		}
		text_add_char(out, '=');
		text_add_char(out, hex[(unsigned char)*text >> 4]);
		text_add_char(out, hex[(unsigned char)*text & 15]);
	}
}

static void add_group(struct text *out, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned group = (unsigned)bytes[0] << 16;
	char four[4];

	if (n > 1)
		group |= (unsigned)bytes[1] << 8;
	if (n > 2)
		group |= bytes[2];
	four[0] = digits[group >> 18];
	four[1] = digits[group >> 12 & 63];
	four[2] = n > 1 ? digits[group >> 6 & 63] : '=';
	four[3] = n > 2 ? digits[group & 63] : '=';
	text_add_bytes(out, four, 4);
}

void mime_base64(struct text *out, const char *bytes, size_t length,
		 size_t line_length)
{
	size_t column = 0;

	for (size_t i = 0; i < length; i += 3) {
		if (line_length && column == line_length) {
			text_add(out, "\r\n");
			column = 0;
		}
		add_group(out, (const unsigned char *)bytes + i, length - i);
		column += 4;
	}
}

static void begin_part(struct text *out, const char *boundary,
		       const char *type, const char *encoding)
{
	text_printf(out, "\r\n--%s\r\nContent-Type: %s\r\n"
			 "Content-Transfer-Encoding: %s\r\n\r\n",
		    boundary, type, encoding);
}

static void add_text(struct text *out, const char *type, const char *text)
{
	begin_part(out, INNER, type, "quoted-printable");
	mime_quoted_printable(out, text);
}

static void add_calendar(struct text *out, const struct mime_parts *parts)
{
	char type[80];

	snprintf(type, sizeof(type), "text/calendar; method=%s; charset=utf-8",
		 parts->method);
	add_text(out, type, parts->calendar);
}

static void add_file(struct text *out, const struct mime_parts *parts)
{
	begin_part(out, OUTER, "application/ics; name=\"invite.ics\"\r\n"
			       "Content-Disposition: attachment; "
			       "filename=\"invite.ics\"", "base64");
	mime_base64(out, parts->calendar, strlen(parts->calendar), LINE);
}

struct text mime_message(struct arena *arena, const struct mime_parts *parts)
{
	struct text out = text_new(arena);

	for (int i = 0; parts->headers[i]; i++)
		text_printf(&out, "%s\r\n", parts->headers[i]);
	text_add(&out, "MIME-Version: 1.0\r\n"
		       "Content-Type: multipart/mixed; boundary=\"" OUTER
		       "\"\r\n\r\n--" OUTER "\r\nContent-Type: "
		       "multipart/alternative; boundary=\"" INNER "\"\r\n");
	add_text(&out, "text/plain; charset=utf-8", parts->plain);
	add_text(&out, "text/html; charset=utf-8", parts->html);
	if (parts->calendar)
		add_calendar(&out, parts);
	text_add(&out, "\r\n--" INNER "--\r\n");
	if (parts->calendar)
		add_file(&out, parts);
	text_add(&out, "\r\n--" OUTER "--\r\n.\r\n");
	return out;
}
