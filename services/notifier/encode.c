/* encode: base64 words, cut between characters. */
#include <stdbool.h>
#include <string.h>

#include "services/common/base/text.h"
#include "services/notifier/encode.h"
#include "services/notifier/mime.h"

/* 45 bytes are 60 characters of base64: with "=?UTF-8?B?" and "?=" below the
 * 75 that an encoded word may have. */
#define WORD_BYTES 45

static bool is_ascii(const char *value)
{
	for (; *value; value++)
		if (*value < ' ' || *value > '~')
			return false;
	return true;
}

/* As much as one word takes, without cutting a character. */
static size_t word_length(const char *value)
{
	size_t n = strnlen(value, WORD_BYTES);

	while (value[n] && ((unsigned char)value[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static const char *encoded_words(struct arena *arena, const char *value)
{
	struct text out = text_new(arena);

	while (*value) {
		size_t n = word_length(value);

		if (out.length)
			text_add(&out, "\r\n ");
		text_add(&out, "=?UTF-8?B?");
		mime_base64(&out, value, n, 0);
		text_add(&out, "?=");
		value += n;
	}
	return out.bytes;
}

const char *encode_text(struct arena *arena, const char *value)
{
	if (is_ascii(value) && !strstr(value, "=?") &&
	    strlen(value) < ENCODE_LINE)
		return value;
	return encoded_words(arena, value);
}

const char *encode_name(struct arena *arena, const char *value)
{
	struct text out = text_new(arena);

	if (!is_ascii(value) || strlen(value) >= ENCODE_LINE)
		return encoded_words(arena, value);
	text_add_char(&out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add_char(&out, '\\');
		text_add_char(&out, *value);
	}
	text_add_char(&out, '"');
	return out.bytes;
}
