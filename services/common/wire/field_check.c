/*
 * field_check: what a decoded message must keep to before anything reads it.
 */
#include "services/common/wire/field_kind.h"

static enum status check_value(struct arena *arena, const field_type *field,
			       const void *value, struct error *error)
{
	const struct kind *kind = kind_of(field);
	const ProtobufCMessage *inner;
	const char *problem;

	if (field_is_message(field)) {
		inner = *(ProtobufCMessage *const *)value;
		return inner == NULL ? STATUS_OK :
				       message_check(arena, inner, error);
	}
	problem = kind->check == NULL ? NULL : kind->check(field, value);
	if (problem == NULL)
		return STATUS_OK;
	return error_set(error, STATUS_INVALID, problem, "");
}

static enum status check_field(struct arena *arena,
			       const ProtobufCMessage *message,
			       const field_type *field, struct error *error)
{
	const void *value = field_value(message, field);
	enum status status = STATUS_OK;

	if (value == NULL)
		return STATUS_OK;
	if (!field_is_repeated(field)) {
		status = check_value(arena, field, value, error);
		return status == STATUS_OK ? STATUS_OK :
			error_within(arena, error, field->name, FIELD_SINGLE);
	}
	for (size_t i = 0; i < field_count(message, field); i++) {
		value = field_value_at(message, field, i);
		status = check_value(arena, field, value, error);
		if (status != STATUS_OK)
			return error_within(arena, error, field->name, i);
	}
	return STATUS_OK;
}

enum status message_check(struct arena *arena, const ProtobufCMessage *message,
			  struct error *error)
{
	const message_type *type = message->descriptor;

	for (unsigned i = 0; i < type->n_fields; i++) {
		enum status status = check_field(arena, message,
						 &type->fields[i], error);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}
