/*
 * text: growth is geometric, so that building a text is linear in its length
 * whatever the size of the pieces; what a text outgrew stays in the arena until
 * its reset (at most as much again).
 */
#include "services/common/base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_BYTES_MIN 64

struct text text_new(struct arena *arena)
{
	return (struct text){
		.arena = arena,
		.bytes = arena_alloc(arena, TEXT_BYTES_MIN),
		.size = TEXT_BYTES_MIN,
	};
}

/* Room for length more bytes and the NUL. */
static void reserve(struct text *text, size_t length)
{
	size_t size = text->size;
	char *bytes;

	assert(text->length < text->size);
	if (length < size - text->length)
		return;
	while (size - text->length <= length)
		size *= 2;
	bytes = arena_alloc(text->arena, size);
	memcpy(bytes, text->bytes, text->length);
	text->bytes = bytes;
	text->size = size;
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
	reserve(text, length);
	if (length > 0)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *piece)
{
	text_add_bytes(text, piece, strlen(piece));
}

void text_add_char(struct text *text, char c)
{
	reserve(text, 1);
	text->bytes[text->length++] = c;
	text->bytes[text->length] = '\0';
}

void text_printf(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->length;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text->bytes + text->length, room, format, args);
	va_end(args);
	assert(length >= 0);
	if ((size_t)length >= room) {
		reserve(text, (size_t)length);
		va_start(args, format);
		vsnprintf(text->bytes + text->length, (size_t)length + 1,
			  format, args);
		va_end(args);
	}
	text->length += (size_t)length;
}

/*
 * The lengths of UTF-8 sequences by first byte, with the range of the second
 * byte (Unicode, table 3-7): this is what excludes overlong forms, surrogates
 * and everything beyond U+10FFFF.
 */
static const struct {
	unsigned char first, last;
	unsigned char second_min, second_max;
	unsigned char length;
} sequences[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Bytes of the sequence that begins here; 0 when it is malformed. */
static size_t sequence_length(const unsigned char *at, size_t left)
{
	size_t count = sizeof(sequences) / sizeof(sequences[0]);

	if (at[0] < 0x80)
		return at[0] != '\0';
	for (size_t i = 0; i < count; i++) {
		size_t length = sequences[i].length;

		if (at[0] < sequences[i].first || at[0] > sequences[i].last)
			continue;
		if (length > left)
			return 0;
		if (at[1] < sequences[i].second_min ||
		    at[1] > sequences[i].second_max)
			return 0;
		for (size_t j = 2; j < length; j++) {
			if ((at[j] & 0xc0) != 0x80)
				return 0;
		}
		return length;
	}
	return 0;
}

bool text_is_utf8(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t step;

	for (size_t i = 0; i < length; i += step) {
		step = sequence_length(at + i, length - i);
		if (step == 0)
			return false;
	}
	return true;
}

/*
 * U+0080 to U+009F count too: nobody types them, but a Windows-1252 file read
 * as Latin-1 is full of them.
 */
bool text_has_control(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	for (; *at != '\0'; at++) {
		if (*at < 0x20 && *at != '\n' && *at != '\t')
			return true;
		if (*at == 0x7f)
			return true;
		if (*at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
			return true;
	}
	return false;
}

bool text_in_list(const char *list, const char *word)
{
	size_t length = strlen(word);

	if (length == 0 || strchr(word, ' ') != NULL)
		return false;
	while (*list != '\0') {
		size_t item = strcspn(list, " ");

		if (item == length && memcmp(list, word, length) == 0)
			return true;
		list += item;
		list += strspn(list, " ");
	}
	return false;
}

bool text_to_int64(const char *text, int64_t *value)
{
	bool negative = text[0] == '-';
	const char *digit = text + negative;
	int64_t sum = 0;

	if (*digit == '\0')
		return false;
	for (; *digit != '\0'; digit++) {
		int one = *digit - '0';

		if (one < 0 || one > 9)
			return false;
		/* Towards the sign, so that the smallest number fits. */
		if (__builtin_mul_overflow(sum, INT64_C(10), &sum) ||
		    __builtin_add_overflow(sum, negative ? -one : one, &sum))
			return false;
	}
	*value = sum;
	return true;
}
