/*
 * field_array: PostgreSQL array literals of one dimension, both ways. A text
 * that is empty is an array that has not begun:
 *
 *     struct text array = text_new(arena);
 *     array_add(&array, "a");
 *     array_add(&array, NULL);        an SQL NULL
 *     return array_end(&array);       {a,NULL}
 *
 * Writing is linear in the length of the result.
 */
#ifndef ECHO_WIRE_FIELD_ARRAY_H
#define ECHO_WIRE_FIELD_ARRAY_H

#include <stdbool.h>

#include "services/common/base/text.h"

void array_add(struct text *array, const char *value);
/* The finished literal; "{}" when nothing was added. */
const char *array_end(struct text *array);

enum array_item { ARRAY_VALUE, ARRAY_END, ARRAY_MALFORMED };

/* The next value of the literal at *at, copied into the arena (NULL for an SQL
 * NULL); *at moves on. first: *at is the literal's beginning. */
enum array_item array_next(struct arena *arena, const char **at, bool first,
			   const char **value);

#endif
