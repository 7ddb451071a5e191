/*
 * json_parse: JSON straight into messages, guided by the descriptor: there is
 * no tree between. Our own and not a library's, because a library's tree has
 * lost what the error must name: the path of a duplicate and of bad syntax.
 *
 * On the way out of an error each level puts its field in front of the path.
 */
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "services/common/wire/json.h"
#include "services/common/wire/json_token.h"

/* Of an unknown name, which goes into the error. */
#define NAME_SHOWN_MAX 64

static enum status fail(struct json_reader *reader, const char *problem)
{
	return error_set(reader->error, STATUS_INVALID, problem, "");
}

/* ---- names ---- */

/* protobuf's JSON name: the letter behind an underscore in upper case. */
static bool is_camel_of(const char *name, const char *camel)
{
	for (; *name != '\0'; name++, camel++) {
		char c = *name;

		if (c == '_') {
			c = *++name;
			if (c >= 'a' && c <= 'z')
				c = (char)(c - 'a' + 'A');
		}
		if (c != *camel)
			return false;
		if (c == '\0')
			return true;
	}
	return *camel == '\0';
}

static const field_type *find(const message_type *type, const char *name)
{
	const field_type *field = field_find(type, name);

	for (unsigned i = 0; field == NULL && i < type->n_fields; i++) {
		if (is_camel_of(type->fields[i].name, name))
			field = &type->fields[i];
	}
	return field;
}

/* ---- scalars ---- */

static enum status wrong_token(struct json_reader *reader,
			       const struct kind *kind)
{
	if (kind->json == JSON_BOOL)
		return fail(reader, "must be true or false");
	return fail(reader, kind->json & JSON_NUMBER ?
				    "must be a number" : "must be a string");
}

static const char *set_base64(struct arena *arena, void *value,
			      const char *text)
{
	ProtobufCBinaryData *bytes = value;
	size_t length = strlen(text);
	bool url = strpbrk(text, "-_") != NULL;
	bool padded = length > 0 && text[length - 1] == '=';
	int variant = url ? (padded ? sodium_base64_VARIANT_URLSAFE :
				sodium_base64_VARIANT_URLSAFE_NO_PADDING) :
			    (padded ? sodium_base64_VARIANT_ORIGINAL :
				sodium_base64_VARIANT_ORIGINAL_NO_PADDING);

	bytes->data = arena_alloc(arena, length);
	if (sodium_base642bin(bytes->data, length, text, length, NULL,
			      &bytes->len, NULL, variant) != 0)
		return "must be bytes in base64";
	return NULL;
}

/* 1.50e2 is a whole number to JSON; the decimal text of it, or as it was. */
static const char *whole_text(struct arena *arena, const char *text)
{
	/* Beyond this not every whole number is a double. */
	const double limit = 9007199254740992.0;
	double number;
	long long whole;

	if (strpbrk(text, ".eE") == NULL ||
	    number_parse(text, &number) != NULL)
		return text;
	if (!(number >= -limit && number <= limit))
		return text;
	whole = (long long)number;
	if (number > (double)whole || number < (double)whole)
		return text;
	return arena_printf(arena, "%lld", whole);
}

static enum status set_scalar(struct json_reader *reader,
			      const field_type *field, void *value,
			      enum json_token token, const char *text)
{
	const struct kind *kind = kind_of(field);
	const char *problem;

	if ((kind->json & token) == 0)
		return wrong_token(reader, kind);
	if (token == JSON_NUMBER && field->type != PROTOBUF_C_TYPE_FLOAT &&
	    field->type != PROTOBUF_C_TYPE_DOUBLE)
		text = whole_text(reader->arena, text);
	if (field->type == PROTOBUF_C_TYPE_ENUM && token == JSON_NUMBER) {
		int64_t number;

		text = text_to_int64(text, &number) && number == (int)number ?
			       enum_name(field, (int)number) : NULL;
		if (text == NULL)
			return fail(reader, "is not one of the known values");
	}
	if (field->type == PROTOBUF_C_TYPE_BYTES && text[0] != '\\')
		problem = set_base64(reader->arena, value, text);
	else
		problem = kind->set(reader->arena, field, value, text);
	return problem == NULL ? STATUS_OK : fail(reader, problem);
}

/* ---- structure ---- */

static enum status read_message(struct json_reader *reader,
				ProtobufCMessage *message);

static enum status read_value(struct json_reader *reader,
			      const field_type *field, void *value)
{
	enum json_token token;
	const char *text;
	enum status status;

	if (field_is_message(field)) {
		ProtobufCMessage *inner = message_new(reader->arena,
						      field->descriptor);

		*(ProtobufCMessage **)value = inner;
		return read_message(reader, inner);
	}
	if (*reader->at == '{' || *reader->at == '[')
		return wrong_token(reader, kind_of(field));
	status = json_take_scalar(reader, &token, &text);
	if (status != STATUS_OK)
		return status;
	return set_scalar(reader, field, value, token, text);
}

static enum status read_array(struct json_reader *reader,
			      ProtobufCMessage *message,
			      const field_type *field)
{
	if (!json_take_char(reader, '[')) {
		error_set(reader->error, STATUS_INVALID, "must be an array", "");
		return error_within(reader->arena, reader->error, field->name,
				    FIELD_SINGLE);
	}
	if (json_take_char(reader, ']'))
		return STATUS_OK;
	for (size_t i = 0;; i++) {
		enum status status;

		if (json_take_null(reader))
			status = fail(reader, "must not be null");
		else
			status = read_value(reader, field,
					    field_place(reader->arena, message,
							field));
		if (status == STATUS_OK && json_take_char(reader, ']'))
			return STATUS_OK;
		if (status == STATUS_OK && !json_take_char(reader, ','))
			status = json_fail(reader, ", or ] is expected");
		if (status != STATUS_OK)
			return error_within(reader->arena, reader->error,
					    field->name, i);
	}
}

/* null is the same as leaving the field out. */
static enum status read_field(struct json_reader *reader,
			      ProtobufCMessage *message,
			      const field_type *field)
{
	enum status status;

	if (json_take_null(reader))
		return STATUS_OK;
	if (field_is_repeated(field))
		return read_array(reader, message, field);
	status = read_value(reader, field,
			    field_place(reader->arena, message, field));
	if (status == STATUS_OK)
		return STATUS_OK;
	return error_within(reader->arena, reader->error, field->name,
			    FIELD_SINGLE);
}

/* Why a field may not be read now: it was, or its oneof is taken. */
static const char *refusal(const ProtobufCMessage *message,
			   const field_type *field, const bool *seen)
{
	const message_type *type = message->descriptor;

	if (seen[field - type->fields])
		return "appears twice";
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
		return NULL;
	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_type *other = &type->fields[i];

		if (other->quantifier_offset == field->quantifier_offset &&
		    field_value(message, other) != NULL)
			return "excludes another field that is given";
	}
	return NULL;
}

static enum status read_member(struct json_reader *reader,
			       ProtobufCMessage *message, bool *seen)
{
	const field_type *field;
	const char *name, *problem;
	enum status status = json_take_string(reader, &name);

	if (status != STATUS_OK)
		return status;
	if (!json_take_char(reader, ':'))
		return json_fail(reader, ": is expected");
	field = find(message->descriptor, name);
	if (field == NULL)
		return error_set(reader->error, STATUS_INVALID,
				 "is not a known name",
				 arena_printf(reader->arena, "%.*s",
					      NAME_SHOWN_MAX, name));
	problem = refusal(message, field, seen);
	if (problem != NULL)
		return error_set(reader->error, STATUS_INVALID, problem,
				 field->name);
	seen[field - message->descriptor->fields] = true;
	return read_field(reader, message, field);
}

static enum status read_message(struct json_reader *reader,
				ProtobufCMessage *message)
{
	bool *seen = arena_array(reader->arena, message->descriptor->n_fields,
				 sizeof(*seen));
	enum status status;

	reader->struct_bytes += message->descriptor->sizeof_message;
	if (!json_take_char(reader, '{'))
		return fail(reader, "must be an object");
	if (reader->struct_bytes > MESSAGE_STRUCTS_MAX)
		return fail(reader, "holds too many messages");
	if (reader->depth == MESSAGE_DEPTH_MAX)
		return fail(reader, "is nested too deep");
	if (json_take_char(reader, '}'))
		return STATUS_OK;
	reader->depth++;
	do {
		status = read_member(reader, message, seen);
		if (status != STATUS_OK)
			return status;
	} while (json_take_char(reader, ','));
	reader->depth--;
	if (!json_take_char(reader, '}'))
		return json_fail(reader, ", or } is expected");
	return STATUS_OK;
}

static enum status read_end(struct json_reader *reader)
{
	reader->at += strspn(reader->at, " \t\n\r");
	if (*reader->at != '\0')
		return json_fail(reader, "the end is expected");
	return STATUS_OK;
}

enum status json_parse(struct arena *arena, const message_type *type,
		       const char *json, ProtobufCMessage **message,
		       struct error *error)
{
	struct json_reader reader = {
		.arena = arena, .error = error, .start = json, .at = json,
	};
	ProtobufCMessage *read = message_new(arena, type);
	enum status status = read_message(&reader, read);

	if (status == STATUS_OK)
		status = read_end(&reader);
	*message = status == STATUS_OK ? read : NULL;
	return status;
}

enum status json_parse_field(struct arena *arena, ProtobufCMessage *message,
			     const field_type *field, const char *json,
			     struct error *error)
{
	struct json_reader reader = {
		.arena = arena, .error = error, .start = json, .at = json,
	};
	enum status status;

	field_clear(message, field);
	status = read_field(&reader, message, field);
	if (status != STATUS_OK)
		return status;
	status = read_end(&reader);
	return status == STATUS_OK ? STATUS_OK :
		error_within(arena, error, field->name, FIELD_SINGLE);
}
