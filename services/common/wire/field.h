/*
 * field: protobuf-c descriptors as run-time reflection. The one codec between
 * message fields and text, on which SQL parameters and rows, JSON, test
 * scripts, the command line and import files stand. Nobody writes code for a
 * single message type.
 *
 * Text forms: bool true/false; integers decimal; double the shortest that reads
 * back the same (or NaN, Infinity, -Infinity); string itself; bytes
 * \x hex (PostgreSQL's form); enum its name, "" for a zero value named
 * unspecified (or something_unspecified); google.protobuf.Timestamp RFC 3339,
 * "" when absent; a repeated scalar a PostgreSQL array literal; a message or
 * repeated message JSON.
 *
 * The suffix of a string field's name says its SQL type, and the codec holds
 * values to it, so that an error names the field instead of being PostgreSQL's:
 *     _id uuid   _ids uuid[]   _on date   _local timestamp (no zone)
 * ("" stands for NULL in these). field_set gives them one form: a UUID in lower
 * case, a local time with T and seconds.
 *
 * Functions that can fail fill an error (NULL: nobody asks) and return its
 * status. error->field is the path (members[3].email; "" for the message as a
 * whole), error->message says what is wrong so that it reads behind the path:
 * "must be a date such as 2021-04-09". All memory is the arena's.
 */
#ifndef ECHO_WIRE_FIELD_H
#define ECHO_WIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "services/common/base/arena.h"
#include "services/common/wire/status.h"

typedef ProtobufCMessageDescriptor message_type;
typedef ProtobufCFieldDescriptor field_type;

const field_type *field_find(const message_type *type, const char *name);

bool field_is_timestamp(const field_type *field);
/* A message or repeated message other than Timestamp: travels as JSON. */
bool field_is_message(const field_type *field);
bool field_is_repeated(const field_type *field);

/* The SQL type a parameter of this field has: "text", "uuid", "uuid[]",
 * "date", "timestamp", "bigint", "integer", "boolean", "double precision",
 * "timestamptz", "bytea", "jsonb", or "text[]", "bigint[]" ... */
const char *field_sql_type(const field_type *field);

/* A new zeroed message of that type. */
ProtobufCMessage *message_new(struct arena *arena, const message_type *type);
/* Unpack hostile bytes: INVALID for anything malformed, nested too deep or out
 * of proportion once unpacked; then message_check. length is bounded by the
 * caller. Unknown fields are kept, for peers may be newer. */
enum status message_decode(struct arena *arena, const message_type *type,
			   const void *bytes, size_t length,
			   ProtobufCMessage **message, struct error *error);
/* Every string is UTF-8 without NUL and control characters, every enum number
 * is known, every suffix holds; nested messages too. */
enum status message_check(struct arena *arena, const ProtobufCMessage *message,
			  struct error *error);
void *message_encode(struct arena *arena, const ProtobufCMessage *message,
		     size_t *length);

/* The field's value as text; NULL where SQL should see NULL: an unspecified
 * enum, an empty _id, _on or _local, an absent time or message. */
const char *field_get(struct arena *arena, const ProtobufCMessage *message,
		      const field_type *field);
/* Set a field from its text (NULL: leave it zero). Text is held to what
 * message_check says. A repeated field is replaced as a whole. */
enum status field_set(struct arena *arena, ProtobufCMessage *message,
		      const field_type *field, const char *text,
		      struct error *error);
/* Append one element to a repeated message field; returns it, zeroed. The
 * array must be this codec's: unpacked, set or appended to, or empty. */
ProtobufCMessage *field_append(struct arena *arena, ProtobufCMessage *message,
			       const field_type *field);

#endif
