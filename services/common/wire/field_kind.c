/*
 * field_kind: the kinds of bytes, enums, times and messages, and which kind a
 * field is.
 */
#include "services/common/wire/field_kind.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "services/common/base/clock.h"

/* ---- bytes: \x and hexadecimal ---- */

static const char *get_bytes(struct arena *arena, const field_type *field,
			     const void *value)
{
	const ProtobufCBinaryData *bytes = value;
	char *text = arena_alloc(arena, bytes->len * 2 + 3);

	(void)field;
	text[0] = '\\';
	text[1] = 'x';
	sodium_bin2hex(text + 2, bytes->len * 2 + 1, bytes->data, bytes->len);
	return text;
}

static const char *set_bytes(struct arena *arena, const field_type *field,
			     void *value, const char *text)
{
	ProtobufCBinaryData *bytes = value;
	size_t length = strlen(text);

	(void)field;
	if (length == 0) {
		*bytes = (ProtobufCBinaryData){ 0 };
		return NULL;
	}
	if (text[0] != '\\' || text[1] != 'x' || length % 2 != 0)
		return "must be bytes as \\x and hexadecimal digits";
	bytes->data = arena_alloc(arena, length / 2);
	if (sodium_hex2bin(bytes->data, length / 2, text + 2, length - 2, NULL,
			   &bytes->len, NULL) != 0)
		return "must be bytes as \\x and hexadecimal digits";
	return NULL;
}

/* ---- enums, by name ---- */

const char *enum_name(const field_type *field, int number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
		field->descriptor, number);

	return value == NULL ? NULL : value->name;
}

/* unspecified; or visibility_unspecified where a message owns two enums */
static bool means_none(const char *name)
{
	static const char none[] = "unspecified";
	size_t length = strlen(name);
	size_t tail = sizeof(none) - 1;

	return length >= tail && strcmp(name + length - tail, none) == 0 &&
	       (length == tail || name[length - tail - 1] == '_');
}

static const char *get_enum(struct arena *arena, const field_type *field,
			    const void *value)
{
	int number = *(const int *)value;
	const char *name = enum_name(field, number);

	if (name == NULL)
		return arena_printf(arena, "%d", number);
	return number == 0 && means_none(name) ? NULL : name;
}

static const char *set_enum(struct arena *arena, const field_type *field,
			    void *value, const char *text)
{
	const ProtobufCEnumValue *found;
	const char *zero = enum_name(field, 0);

	(void)arena;
	found = protobuf_c_enum_descriptor_get_value_by_name(field->descriptor,
							     text);
	if (found != NULL)
		*(int *)value = found->value;
	else if (text[0] == '\0' || (strcmp(text, "unspecified") == 0 &&
				     zero != NULL && means_none(zero)))
		*(int *)value = 0;
	else
		return "is not one of the known names";
	return NULL;
}

static const char *check_enum(const field_type *field, const void *value)
{
	if (enum_name(field, *(const int *)value) == NULL)
		return "is not one of the known values";
	return NULL;
}

/* ---- google.protobuf.Timestamp ---- */

static const char *check_timestamp(const field_type *field, const void *value)
{
	const Google__Protobuf__Timestamp *at =
		*(Google__Protobuf__Timestamp *const *)value;
	static const char problem[] = "must be a time in the years 1 to 9999";

	(void)field;
	if (at == NULL)
		return NULL;
	if (at->seconds < INT64_C(-62135596800) ||
	    at->seconds > INT64_C(253402300799))
		return problem;
	return at->nanos < 0 || at->nanos > 999999999 ? problem : NULL;
}

static const char *get_timestamp(struct arena *arena, const field_type *field,
				 const void *value)
{
	const Google__Protobuf__Timestamp *at =
		*(Google__Protobuf__Timestamp *const *)value;
	char text[CLOCK_TEXT_MAX];

	if (at == NULL || check_timestamp(field, value) != NULL)
		return NULL;
	clock_format(at->seconds * CLOCK_SECOND + at->nanos / 1000, text);
	return arena_strdup(arena, text);
}

static const char *set_timestamp(struct arena *arena, const field_type *field,
				 void *value, const char *text)
{
	Google__Protobuf__Timestamp **place = value;
	int64_t at_us, seconds;

	*place = NULL;
	/* No pointer among repeated ones may be NULL. */
	if (text[0] == '\0')
		return field_is_repeated(field) ? "must not be empty" : NULL;
	if (!clock_parse(text, &at_us))
		return "must be a time such as 2021-04-09T10:00:00Z";
	seconds = at_us / CLOCK_SECOND - (at_us % CLOCK_SECOND < 0);
	*place = (void *)message_new(arena,
				     &google__protobuf__timestamp__descriptor);
	(*place)->seconds = seconds;
	(*place)->nanos = (int32_t)(at_us - seconds * CLOCK_SECOND) * 1000;
	return NULL;
}

/* ---- which kind ---- */

static const struct kind enum_kind = {
	.size = sizeof(int), .sql_type = "text",
	.sql_array = "text[]", .json = JSON_TEXT | JSON_NUMBER,
	.get = get_enum, .set = set_enum, .check = check_enum,
};

static const struct kind bytes_kind = {
	.size = sizeof(ProtobufCBinaryData), .sql_type = "bytea",
	.sql_array = "bytea[]", .json = JSON_TEXT,
	.get = get_bytes, .set = set_bytes,
};

static const struct kind message_kind = {
	.size = sizeof(ProtobufCMessage *), .sql_type = "jsonb",
	.sql_array = "jsonb",
};

static const struct kind timestamp_kind = {
	.size = sizeof(ProtobufCMessage *), .sql_type = "timestamptz",
	.sql_array = "timestamptz[]", .json = JSON_TEXT,
	.get = get_timestamp, .set = set_timestamp, .check = check_timestamp,
};

const struct kind *kind_of(const field_type *field)
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return kind_of_string(field);
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return &enum_kind;
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		return &bytes_kind;
	if (field->type != PROTOBUF_C_TYPE_MESSAGE)
		return kind_of_number(field);
	return field_is_timestamp(field) ? &timestamp_kind : &message_kind;
}
