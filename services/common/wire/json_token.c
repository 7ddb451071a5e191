/* json_token: the words of JSON. */
#include "services/common/wire/json_token.h"

#include <stdint.h>
#include <string.h>

enum status json_fail(struct json_reader *reader, const char *expected)
{
	const char *message =
		arena_printf(reader->arena, "is not valid JSON: %s at byte %zu",
			     expected, (size_t)(reader->at - reader->start));

	return error_set(reader->error, STATUS_INVALID, message, "");
}

static void skip_space(struct json_reader *reader)
{
	reader->at += strspn(reader->at, " \t\n\r");
}

bool json_take_char(struct json_reader *reader, char c)
{
	skip_space(reader);
	if (*reader->at != c || c == '\0')
		return false;
	reader->at++;
	return true;
}

/* A word that is not the beginning of a longer one. */
static bool take_word(struct json_reader *reader, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(reader->at, word, length) != 0)
		return false;
	if (reader->at[length] >= 'a' && reader->at[length] <= 'z')
		return false;
	reader->at += length;
	return true;
}

bool json_take_null(struct json_reader *reader)
{
	skip_space(reader);
	return take_word(reader, "null");
}

/* ---- strings ---- */

static char *put_utf8(char *out, uint32_t point)
{
	if (point < 0x80) {
		*out++ = (char)point;
	} else if (point < 0x800) {
		*out++ = (char)(0xc0 | point >> 6);
		*out++ = (char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		*out++ = (char)(0xe0 | point >> 12);
		*out++ = (char)(0x80 | (point >> 6 & 0x3f));
		*out++ = (char)(0x80 | (point & 0x3f));
	} else {
		*out++ = (char)(0xf0 | point >> 18);
		*out++ = (char)(0x80 | (point >> 12 & 0x3f));
		*out++ = (char)(0x80 | (point >> 6 & 0x3f));
		*out++ = (char)(0x80 | (point & 0x3f));
	}
	return out;
}

/* \uXXXX at the place. */
static bool take_unit(struct json_reader *reader, uint32_t *unit)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	if (reader->at[0] != '\\' || reader->at[1] != 'u')
		return false;
	*unit = 0;
	for (int i = 2; i < 6; i++) {
		char c = reader->at[i];
		const char *digit = c == '\0' ? NULL : strchr(digits, c);

		if (digit == NULL)
			return false;
		*unit = *unit << 4 | (uint32_t)((digit - digits) % 16);
	}
	reader->at += 6;
	return true;
}

/* One or, for what needs a surrogate pair, two \uXXXX. */
static bool take_point(struct json_reader *reader, uint32_t *point)
{
	uint32_t low;

	if (!take_unit(reader, point) || *point == 0)
		return false;
	if (*point < 0xd800 || *point > 0xdfff)
		return true;
	if (*point > 0xdbff || !take_unit(reader, &low) || low < 0xdc00 ||
	    low > 0xdfff)
		return false;
	*point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool take_escape(struct json_reader *reader, char **out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *name;
	uint32_t point;

	if (reader->at[1] == 'u') {
		if (!take_point(reader, &point))
			return false;
		*out = put_utf8(*out, point);
		return true;
	}
	name = reader->at[1] == '\0' ? NULL : strchr(names, reader->at[1]);
	if (name == NULL)
		return false;
	*(*out)++ = values[name - names];
	reader->at += 2;
	return true;
}

/* The length of the literal's raw text, which is at least the decoded one's. */
static size_t raw_length(const char *at)
{
	size_t length = 0;

	while (at[length] != '"' && at[length] != '\0') {
		if (at[length] == '\\' && at[length + 1] != '\0')
			length++;
		length++;
	}
	return length;
}

enum status json_take_string(struct json_reader *reader, const char **text)
{
	char *bytes, *out;

	if (!json_take_char(reader, '"'))
		return json_fail(reader, "a string is expected");
	bytes = arena_alloc(reader->arena, raw_length(reader->at) + 1);
	out = bytes;
	while (*reader->at != '"') {
		if (*reader->at == '\0')
			return json_fail(reader, "the string has no end");
		if ((unsigned char)*reader->at < 0x20)
			return json_fail(reader, "a control character");
		if (*reader->at != '\\')
			*out++ = *reader->at++;
		else if (!take_escape(reader, &out))
			return json_fail(reader, "a bad escape");
	}
	reader->at++;
	if (!text_is_utf8(bytes, (size_t)(out - bytes)))
		return json_fail(reader, "a string that is not UTF-8 ends");
	*text = bytes;
	return STATUS_OK;
}

/* ---- numbers and words ---- */

static size_t take_digits(const char **at)
{
	size_t count = strspn(*at, "0123456789");

	*at += count;
	return count;
}

/* The end of a number; NULL when it is none. No leading zeros. */
static const char *number_end(const char *at)
{
	const char *first;

	if (*at == '-')
		at++;
	first = at;
	if (take_digits(&at) == 0 || (*first == '0' && at > first + 1))
		return NULL;
	if (*at == '.') {
		at++;
		if (take_digits(&at) == 0)
			return NULL;
	}
	if (*at == 'e' || *at == 'E') {
		at++;
		if (*at == '+' || *at == '-')
			at++;
		if (take_digits(&at) == 0)
			return NULL;
	}
	return at;
}

enum status json_take_scalar(struct json_reader *reader,
			     enum json_token *token, const char **text)
{
	const char *end;

	skip_space(reader);
	if (*reader->at == '"') {
		*token = JSON_TEXT;
		return json_take_string(reader, text);
	}
	*token = JSON_BOOL;
	*text = "true";
	if (take_word(reader, "true"))
		return STATUS_OK;
	*text = "false";
	if (take_word(reader, "false"))
		return STATUS_OK;
	end = number_end(reader->at);
	if (end == NULL)
		return json_fail(reader, "a string, number, true or false "
					 "is expected");
	*token = JSON_NUMBER;
	*text = arena_copy(reader->arena, reader->at,
			   (size_t)(end - reader->at));
	reader->at = end;
	return STATUS_OK;
}
