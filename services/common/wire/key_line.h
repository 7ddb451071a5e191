/*
 * key_line: the text form of key files, shared by seal and token.
 *
 * A key file is lines of words parted by spaces or tabs; the last word of a
 * line is the key as base64. Empty lines and lines that begin with # are
 * skipped. key_line_next copies one line's words out of the text and never
 * allocates; the caller wipes keys that are secret (key_line_wipe). Safe from
 * any thread.
 */
#ifndef ECHO_WIRE_KEY_LINE_H
#define ECHO_WIRE_KEY_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_WORD_MAX 32 /* a service name or key id, with its NUL */
#define KEY_BYTES_MAX 64

struct key_line {
	char words[2][KEY_WORD_MAX]; /* those before the key, in order */
	uint8_t key[KEY_BYTES_MAX];
};

/*
 * Read the next line that holds words words and a key of key_bytes, and move
 * *text behind it. False at the end, and when the line is malformed: then
 * *problem is set, otherwise it is left alone.
 */
bool key_line_next(const char **text, size_t words, size_t key_bytes,
		   struct key_line *line, const char **problem);
void key_line_wipe(struct key_line *line);

/* How many lines of text hold something: the most that next can return. */
size_t key_line_count(const char *text);

#endif
