/*
 * json_token: the words of JSON (RFC 8259), for json_parse.c only. Each take_
 * function starts at the reader's place, behind white space, and moves on.
 * Errors say what was expected and at which byte; the field's path is added by
 * the caller.
 */
#ifndef ECHO_WIRE_JSON_TOKEN_H
#define ECHO_WIRE_JSON_TOKEN_H

#include <stdbool.h>

#include "services/common/base/arena.h"
#include "services/common/wire/field_kind.h"
#include "services/common/wire/status.h"

struct json_reader {
	struct arena *arena;
	struct error *error;
	const char *start;
	const char *at;
	int depth;           /* json_parse's own */
	size_t struct_bytes;
};

enum status json_fail(struct json_reader *reader, const char *expected);

/* Skips white space, then one character; false leaves the place. */
bool json_take_char(struct json_reader *reader, char c);
/* The same for null. */
bool json_take_null(struct json_reader *reader);
/* A string literal, decoded: UTF-8, no NUL. */
enum status json_take_string(struct json_reader *reader, const char **text);
/* A string, number, true or false, and which of these it was. */
enum status json_take_scalar(struct json_reader *reader,
			     enum json_token *token, const char **text);

#endif
