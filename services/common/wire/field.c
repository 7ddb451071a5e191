/*
 * field: where a value lies in a message, and fields as text.
 *
 * protobuf-c describes a field by offsets: of the value and of its quantifier
 * (a repeated field's count, a oneof's case). Repeated values grow in steps of
 * powers of two without a stored capacity: a full array is one whose count is
 * a power of two, which arena_protobuf makes true of unpacked ones too.
 */
#include "services/common/wire/field.h"

#include <assert.h>
#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "services/common/wire/field_array.h"
#include "services/common/wire/field_kind.h"
#include "services/common/wire/json.h"

const field_type *field_find(const message_type *type, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(type, name);
}

bool field_is_timestamp(const field_type *field)
{
	return field->type == PROTOBUF_C_TYPE_MESSAGE &&
	       field->descriptor == &google__protobuf__timestamp__descriptor;
}

bool field_is_message(const field_type *field)
{
	return field->type == PROTOBUF_C_TYPE_MESSAGE &&
	       !field_is_timestamp(field);
}

bool field_is_repeated(const field_type *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED;
}

const char *field_sql_type(const field_type *field)
{
	const struct kind *kind = kind_of(field);

	return field_is_repeated(field) ? kind->sql_array : kind->sql_type;
}

ProtobufCMessage *message_new(struct arena *arena, const message_type *type)
{
	ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);

	protobuf_c_message_init(type, message);
	return message;
}

/* ---- where a value lies ---- */

/* The count of a repeated field; the case of a oneof is an enum. */
static void *quantifier(const ProtobufCMessage *message,
			const field_type *field)
{
	return (char *)message + field->quantifier_offset;
}

static bool in_oneof(const field_type *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

size_t field_count(const ProtobufCMessage *message, const field_type *field)
{
	assert(field_is_repeated(field));
	return *(size_t *)quantifier(message, field);
}

void *field_value(const ProtobufCMessage *message, const field_type *field)
{
	if (in_oneof(field) &&
	    *(uint32_t *)quantifier(message, field) != field->id)
		return NULL;
	return (char *)message + field->offset;
}

void *field_value_at(const ProtobufCMessage *message, const field_type *field,
		     size_t index)
{
	char *values = *(char **)field_value(message, field);

	assert(index < field_count(message, field));
	return values + index * kind_of(field)->size;
}

static void *append(struct arena *arena, ProtobufCMessage *message,
		    const field_type *field)
{
	size_t size = kind_of(field)->size;
	size_t *count = quantifier(message, field);
	char **values = field_value(message, field);
	char *place;

	if ((*count & (*count - 1)) == 0) {
		size_t room = *count == 0 ? 1 : *count * 2;
		char *larger = arena_array(arena, room, size);

		if (*count > 0)
			memcpy(larger, *values, *count * size);
		*values = larger;
	}
	place = *values + *count * size;
	memset(place, 0, size);
	(*count)++;
	return place;
}

void *field_place(struct arena *arena, ProtobufCMessage *message,
		  const field_type *field)
{
	if (field_is_repeated(field))
		return append(arena, message, field);
	if (in_oneof(field)) {
		uint32_t *holds = quantifier(message, field);

		/* The members share their bytes. */
		if (*holds != field->id)
			memset((char *)message + field->offset, 0,
			       kind_of(field)->size);
		*holds = field->id;
	}
	return field_value(message, field);
}

void field_clear(ProtobufCMessage *message, const field_type *field)
{
	if (field_value(message, field) == NULL)
		return;
	if (field_is_repeated(field))
		*(size_t *)quantifier(message, field) = 0;
	else if (in_oneof(field))
		*(uint32_t *)quantifier(message, field) = 0;
	else
		memset(field_value(message, field), 0, kind_of(field)->size);
}

ProtobufCMessage *field_append(struct arena *arena, ProtobufCMessage *message,
			       const field_type *field)
{
	ProtobufCMessage **place;

	assert(field_is_repeated(field));
	assert(field->type == PROTOBUF_C_TYPE_MESSAGE);
	place = append(arena, message, field);
	*place = message_new(arena, field->descriptor);
	return *place;
}

/* ---- text ---- */

static const char *get_array(struct arena *arena,
			     const ProtobufCMessage *message,
			     const field_type *field)
{
	const struct kind *kind = kind_of(field);
	size_t count = field_count(message, field);
	struct text array = text_new(arena);

	for (size_t i = 0; i < count; i++)
		array_add(&array,
			  kind->get(arena, field,
				    field_value_at(message, field, i)));
	return array_end(&array);
}

const char *field_get(struct arena *arena, const ProtobufCMessage *message,
		      const field_type *field)
{
	const void *value = field_value(message, field);

	if (value == NULL)
		return NULL;
	if (field_is_message(field))
		return json_print_field(arena, message, field);
	if (field_is_repeated(field))
		return get_array(arena, message, field);
	return kind_of(field)->get(arena, field, value);
}

static const char *set_one(struct arena *arena, ProtobufCMessage *message,
			   const field_type *field, const char *text)
{
	void *place = field_place(arena, message, field);

	return kind_of(field)->set(arena, field, place, text);
}

/*
 * An SQL NULL among strings is "", among enums the zero value, since protobuf
 * has no element that is absent; numbers and times refuse it.
 */
static enum status set_array(struct arena *arena, ProtobufCMessage *message,
			     const field_type *field, const char *text,
			     struct error *error)
{
	enum array_item item;
	const char *problem, *value;
	size_t index = 0;

	field_clear(message, field);
	for (;; index++) {
		item = array_next(arena, &text, index == 0, &value);
		if (item != ARRAY_VALUE)
			break;
		problem = set_one(arena, message, field,
				  value == NULL ? "" : value);
		if (problem != NULL) {
			error_set(error, STATUS_INVALID, problem, "");
			return error_within(arena, error, field->name, index);
		}
	}
	if (item == ARRAY_END)
		return STATUS_OK;
	return error_set(error, STATUS_INVALID,
			 "must be an array such as {a,\"b c\"}", field->name);
}

enum status field_set(struct arena *arena, ProtobufCMessage *message,
		      const field_type *field, const char *text,
		      struct error *error)
{
	const char *problem;

	if (text == NULL)
		return STATUS_OK;
	if (field_is_message(field))
		return json_parse_field(arena, message, field, text, error);
	if (field_is_repeated(field))
		return set_array(arena, message, field, text, error);
	problem = set_one(arena, message, field, text);
	if (problem == NULL)
		return STATUS_OK;
	return error_set(error, STATUS_INVALID, problem, field->name);
}

enum status error_within(struct arena *arena, struct error *error,
			 const char *name, size_t index)
{
	if (error == NULL)
		return STATUS_INVALID;
	if (index == FIELD_SINGLE)
		error->field = arena_printf(arena, "%s%s%s", name,
					    error->field[0] ? "." : "",
					    error->field);
	else
		error->field = arena_printf(arena, "%s[%zu]%s%s", name, index,
					    error->field[0] ? "." : "",
					    error->field);
	return STATUS_INVALID;
}
