/*
 * text: a growing string in an arena, and the few checks on text that the
 * whole house shares.
 *
 * A struct text is a value (no destructor: its bytes are the arena's). It is
 * always NUL-terminated.
 */
#ifndef ECHO_BASE_TEXT_H
#define ECHO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/base/arena.h"

struct text {
	struct arena *arena;
	char *bytes;
	size_t length;
	size_t size;
};

struct text text_new(struct arena *arena);
void text_add(struct text *text, const char *piece);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_printf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* True for well-formed UTF-8 without NUL. */
bool text_is_utf8(const char *bytes, size_t length);
/* True when there is a control character other than newline and tab. */
bool text_has_control(const char *text);
/* True when word is one of the space separated words of list. */
bool text_in_list(const char *list, const char *word);

bool text_to_int64(const char *text, int64_t *value);

#endif
