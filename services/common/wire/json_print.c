/*
 * json_print: messages as JSON, without white space, fields by number.
 */
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "services/common/wire/field_kind.h"
#include "services/common/wire/json.h"

/*
 * Which zero values are printed. FOR_SQL prints them all but for those that
 * SQL knows as NULL, and bytes in SQL's form.
 */
enum style { SHORT, FULL, FOR_SQL };

static void print_message(struct text *out, const ProtobufCMessage *message,
			  enum style style);

/* ---- strings ---- */

static void print_escape(struct text *out, unsigned char c)
{
	static const struct {
		char c, letter;
	} letters[] = {
		{ '"', '"' }, { '\\', '\\' }, { '\n', 'n' }, { '\t', 't' },
		{ '\r', 'r' }, { '\b', 'b' }, { '\f', 'f' },
	};

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if ((char)c == letters[i].c) {
			text_add_char(out, '\\');
			text_add_char(out, letters[i].letter);
			return;
		}
	}
	text_printf(out, "\\u%04x", c);
}

void json_print_string(struct text *out, const char *value)
{
	/* A message of our own making may hold anything; JSON may not. */
	bool utf8 = text_is_utf8(value, strlen(value));

	text_add_char(out, '"');
	for (const char *plain = value;; value++) {
		unsigned char c = (unsigned char)*value;
		bool foreign = c >= 0x80 && !utf8;

		if (c >= 0x20 && c != '"' && c != '\\' && !foreign)
			continue;
		text_add_bytes(out, plain, (size_t)(value - plain));
		if (c == '\0')
			break;
		if (foreign)
			text_add(out, "\\ufffd");
		else
			print_escape(out, c);
		plain = value + 1;
	}
	text_add_char(out, '"');
}

static void print_base64(struct text *out, const ProtobufCBinaryData *bytes)
{
	const int variant = sodium_base64_VARIANT_ORIGINAL;
	size_t size = sodium_base64_encoded_len(bytes->len, variant);
	char *text = arena_alloc(out->arena, size);

	sodium_bin2base64(text, size, bytes->data, bytes->len, variant);
	text_add_char(out, '"');
	text_add(out, text);
	text_add_char(out, '"');
}

/* ---- values ---- */

/* By name, or by number when the message was made by a newer peer. */
static void print_enum(struct text *out, const field_type *field, int number)
{
	const char *name = enum_name(field, number);

	if (name == NULL)
		text_printf(out, "%d", number);
	else
		json_print_string(out, name);
}

static void print_scalar(struct text *out, const field_type *field,
			 const void *value)
{
	const struct kind *kind = kind_of(field);
	const char *text = kind->get(out->arena, field, value);

	if (text == NULL) /* an element that is "" or absent */
		text = "";
	/* NaN and Infinity are no JSON numbers. */
	if (kind->json_bare && strpbrk(text, "NI") == NULL)
		text_add(out, text);
	else
		json_print_string(out, text);
}

static void print_value(struct text *out, const field_type *field,
			const void *value, enum style style)
{
	if (field_is_message(field))
		print_message(out, *(ProtobufCMessage *const *)value, style);
	else if (field->type == PROTOBUF_C_TYPE_ENUM)
		print_enum(out, field, *(const int *)value);
	else if (field->type == PROTOBUF_C_TYPE_BYTES && style != FOR_SQL)
		print_base64(out, value);
	else
		print_scalar(out, field, value);
}

/* ---- fields ---- */

static bool is_zero(const field_type *field, const void *value)
{
	static const char zeros[sizeof(uint64_t)];

	if (field->type == PROTOBUF_C_TYPE_STRING) {
		const char *text = *(char *const *)value;

		return text == NULL || text[0] == '\0';
	}
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		return ((const ProtobufCBinaryData *)value)->len == 0;
	return memcmp(value, zeros, kind_of(field)->size) == 0;
}

static bool is_printed(struct arena *arena, const ProtobufCMessage *message,
		       const field_type *field, enum style style)
{
	const void *value = field_value(message, field);

	if (value == NULL)
		return false;
	if (field_is_repeated(field))
		return style != SHORT || field_count(message, field) > 0;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return *(ProtobufCMessage *const *)value != NULL;
	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		return true;
	if (style == SHORT)
		return !is_zero(field, value);
	return style == FULL || kind_of(field)->json_bare ||
	       kind_of(field)->get(arena, field, value) != NULL;
}

static void print_field(struct text *out, const ProtobufCMessage *message,
			const field_type *field, enum style style)
{
	if (!field_is_repeated(field)) {
		print_value(out, field, field_value(message, field), style);
		return;
	}
	text_add_char(out, '[');
	for (size_t i = 0; i < field_count(message, field); i++) {
		if (i > 0)
			text_add_char(out, ',');
		print_value(out, field, field_value_at(message, field, i),
			    style);
	}
	text_add_char(out, ']');
}

static void print_message(struct text *out, const ProtobufCMessage *message,
			  enum style style)
{
	char before = '{';

	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const field_type *field = &message->descriptor->fields[i];

		if (!is_printed(out->arena, message, field, style))
			continue;
		text_add_char(out, before);
		before = ',';
		json_print_string(out, field->name);
		text_add_char(out, ':');
		print_field(out, message, field, style);
	}
	text_add(out, before == '{' ? "{}" : "}");
}

void json_print(struct text *out, const ProtobufCMessage *message,
		bool zero_values)
{
	print_message(out, message, zero_values ? FULL : SHORT);
}

const char *json_print_field(struct arena *arena,
			     const ProtobufCMessage *message,
			     const field_type *field)
{
	struct text out;

	if (!is_printed(arena, message, field, FOR_SQL))
		return NULL;
	out = text_new(arena);
	print_field(&out, message, field, FOR_SQL);
	return out.bytes;
}
