/* key_line: see key_line.h. */
#include "services/common/wire/key_line.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#define BLANK " \t\r"

static bool is_empty(const char *line, size_t length)
{
	size_t blanks = strspn(line, BLANK);

	return blanks >= length || line[blanks] == '#';
}

static size_t line_length(const char *text)
{
	return strcspn(text, "\n");
}

static const char *skip_line(const char *text, size_t length)
{
	return text + length + (text[length] == '\n');
}

size_t key_line_count(const char *text)
{
	size_t count = 0;

	while (*text != '\0') {
		size_t length = line_length(text);

		count += !is_empty(text, length);
		text = skip_line(text, length);
	}
	return count;
}

/* Split off one word of a line that ends at end; 0 when there is none. */
static size_t next_word(const char **at, const char *end)
{
	*at += strspn(*at, BLANK);
	if (*at >= end)
		return 0;
	size_t length = strcspn(*at, BLANK "\n");
	assert(*at + length <= end);
	return length;
}

static const char *parse(const char *at, const char *end, size_t words,
			 size_t key_bytes, struct key_line *line)
{
	size_t length;

	for (size_t i = 0; i < words; i++) {
		length = next_word(&at, end);
		if (length == 0)
			return "a line has too few words";
		if (length >= KEY_WORD_MAX)
			return "a name or key id is longer than 31 characters";
		memcpy(line->words[i], at, length);
		at += length;
	}
	length = next_word(&at, end);
	if (length == 0)
		return "a line has too few words";
	size_t decoded = 0;
	const char *stop = NULL;
	if (sodium_base642bin(line->key, key_bytes, at, length, NULL, &decoded,
			      &stop, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    decoded != key_bytes || stop != at + length)
		return "a key is not base64 of the right length";
	at += length;
	if (next_word(&at, end) != 0)
		return "a line has too many words";
	return NULL;
}

bool key_line_next(const char **text, size_t words, size_t key_bytes,
		   struct key_line *line, const char **problem)
{
	assert(words <= 2 && key_bytes <= KEY_BYTES_MAX);
	memset(line, 0, sizeof(*line));
	while (**text != '\0') {
		const char *at = *text;
		size_t length = line_length(at);

		*text = skip_line(at, length);
		if (is_empty(at, length))
			continue;
		const char *wrong =
			parse(at, at + length, words, key_bytes, line);
		if (wrong == NULL)
			return true;
		key_line_wipe(line);
		*problem = wrong;
		return false;
	}
	return false;
}

void key_line_wipe(struct key_line *line)
{
	sodium_memzero(line, sizeof(*line));
}
