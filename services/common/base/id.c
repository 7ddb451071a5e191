/*
 * id: RFC 9562 version 7: 48 bits of milliseconds, 4 of version, 12 random, 2
 * of variant, 62 random. Randomness is the kernel's, so ids cannot be guessed.
 */
#include "services/common/base/id.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "services/common/base/clock.h"

#define VERSION 0x70
#define VARIANT 0x80

static void stamp(int64_t at_us, uint8_t id[ID_BYTES])
{
	uint64_t ms = at_us > 0 ? (uint64_t)at_us / 1000 : 0;

	for (int i = 5; i >= 0; i--, ms >>= 8)
		id[i] = (uint8_t)(ms & 0xff);
	id[6] = (uint8_t)((id[6] & 0x0f) | VERSION);
	id[8] = (uint8_t)((id[8] & 0x3f) | VARIANT);
}

void id_new(uint8_t id[ID_BYTES])
{
	ssize_t got;

	do {
		got = getrandom(id, ID_BYTES, 0);
	} while (got < 0 && errno == EINTR);
	assert(got == ID_BYTES); /* up to 256 bytes come whole */
	stamp(clock_wall(), id);
}

void id_floor(int64_t at_us, uint8_t id[ID_BYTES])
{
	memset(id, 0, ID_BYTES);
	stamp(at_us, id);
}

void id_format(const uint8_t id[ID_BYTES], char text[ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *at = text;

	for (int i = 0; i < ID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[id[i] >> 4];
		*at++ = digits[id[i] & 0x0f];
	}
	*at = '\0';
	assert(at == text + ID_TEXT - 1);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool id_parse(const char *text, uint8_t id[ID_BYTES])
{
	for (int i = 0; i < ID_BYTES; i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return false;
		high = digit_value(text[0]);
		if (high < 0)
			return false; /* text[1] may lie beyond the end */
		low = digit_value(text[1]);
		if (low < 0)
			return false;
		id[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return *text == '\0';
}
