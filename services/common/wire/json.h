/*
 * json: messages as JSON and back, following proto3's JSON mapping (enums by
 * name, 64-bit integers as strings, bytes as base64, Timestamp as RFC 3339),
 * with the fields' own names; lowerCamelCase names are accepted too.
 *
 * Reading is strict: an unknown name, a duplicate, a wrong type or trailing
 * text is INVALID with the field's path (members[3].email) in error->field.
 * Depth is bounded. All memory is the arena's.
 */
#ifndef ECHO_WIRE_JSON_H
#define ECHO_WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/base/text.h"
#include "services/common/wire/field.h"

/* zero_values: print fields that hold their zero value too. */
void json_print(struct text *out, const ProtobufCMessage *message,
		bool zero_values);
/*
 * One message field's value for SQL (jsonb), NULL when it is absent: with zero
 * values, but without what SQL should see as NULL (field_get), and bytes as \x
 * hex, so that jsonb_to_recordset gives what the columns of request give.
 */
const char *json_print_field(struct arena *arena,
			     const ProtobufCMessage *message,
			     const field_type *field);
/* A JSON string literal with its quotes. */
void json_print_string(struct text *out, const char *value);

enum status json_parse(struct arena *arena, const message_type *type,
		       const char *json, ProtobufCMessage **message,
		       struct error *error);
/* The same into one field (a message, or an array for a repeated one). */
enum status json_parse_field(struct arena *arena, ProtobufCMessage *message,
			     const field_type *field, const char *json,
			     struct error *error);

#endif
