/*
 * field_kind: what the codec knows of each kind of value, one row a kind: its
 * size, its SQL and JSON types, and how one value becomes text and back. Only
 * the field_*.c and json_*.c files use this.
 *
 * A kind is a protobuf type, refined by what field.h says of Timestamp and of
 * the suffixes of string fields. set and check return NULL, or what is wrong
 * with the value, as a literal for a person.
 */
#ifndef ECHO_WIRE_FIELD_KIND_H
#define ECHO_WIRE_FIELD_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/base/arena.h"
#include "services/common/base/text.h"
#include "services/common/wire/field.h"

/* What JSON may use for a value. */
enum json_token { JSON_TEXT = 1, JSON_NUMBER = 2, JSON_BOOL = 4 };

struct kind {
	size_t size;           /* of one value in the C struct */
	const char *sql_type;
	const char *sql_array;
	unsigned json;         /* any of enum json_token */
	bool json_bare;        /* printed without quotes */
	/* The text of a value; NULL where SQL should see NULL. */
	const char *(*get)(struct arena *arena, const field_type *field,
			   const void *value);
	const char *(*set)(struct arena *arena, const field_type *field,
			   void *value, const char *text);
	/* NULL: every value that can be decoded is good. */
	const char *(*check)(const field_type *field, const void *value);
};

/* Never NULL; of a message other than Timestamp, get, set, check are NULL. */
const struct kind *kind_of(const field_type *field);

/* The kinds of string fields, told by suffix (field_string.c). */
const struct kind *kind_of_string(const field_type *field);
/* The kinds of numbers and of true and false (field_number.c). */
const struct kind *kind_of_number(const field_type *field);
/* A decimal fraction, whatever the locale; returns what is wrong, or NULL. */
const char *number_parse(const char *text, double *number);

/* What hostile input may cost: how deep messages nest, and the structs that
 * one turns into (thousands of rows, no more). */
#define MESSAGE_DEPTH_MAX 32
#define MESSAGE_STRUCTS_MAX ((size_t)16 << 20)

/* A field's value, or the first of its values; NULL when it is a member of a
 * oneof that holds another. */
void *field_value(const ProtobufCMessage *message, const field_type *field);
size_t field_count(const ProtobufCMessage *message, const field_type *field);
/* The value of a repeated field at that index. */
void *field_value_at(const ProtobufCMessage *message, const field_type *field,
		     size_t index);
/* Zero, whatever it held: absent, empty, or its oneof's nothing. */
void field_clear(ProtobufCMessage *message, const field_type *field);
/* A place for the value to be set: the field's own (a oneof now holds it), or
 * a new last one of a repeated field. */
void *field_place(struct arena *arena, ProtobufCMessage *message,
		  const field_type *field);

/* The enum value's name, or NULL for an unknown number. */
const char *enum_name(const field_type *field, int number);

/* Put an error inside a field: "email" becomes "members[3].email". An index
 * of FIELD_SINGLE means that the field is not repeated. Returns INVALID. */
#define FIELD_SINGLE ((size_t)-1)
enum status error_within(struct arena *arena, struct error *error,
			 const char *name, size_t index);

#endif
