/*
 * field_wire: packed bytes to messages and back.
 *
 * protobuf-c unpacks recursively without a bound on depth, turns two bytes into
 * a whole struct, and keeps a NUL inside a string, where C no longer sees what
 * follows. So the bytes are walked once beforehand, without allocating.
 */
#include <stdint.h>
#include <string.h>

#include "services/common/wire/field_kind.h"

struct scan {
	struct arena *arena;
	struct error *error;
	size_t struct_bytes;
};

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static enum status malformed(struct scan *scan, const char *why)
{
	return error_set(scan->error, STATUS_INVALID, why, "");
}

static bool take_varint(const uint8_t **at, const uint8_t *end,
			uint64_t *number)
{
	*number = 0;
	for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;

		*number |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

/* The bytes of a value; for WIRE_BYTES without its length, which is taken. */
static bool take_value(const uint8_t **at, const uint8_t *end, uint64_t wire,
		       const uint8_t **value, size_t *length)
{
	uint64_t number;

	*value = *at;
	*length = 0;
	if (wire == WIRE_VARINT)
		return take_varint(at, end, &number);
	if (wire == WIRE_64)
		number = 8;
	else if (wire == WIRE_32)
		number = 4;
	else if (wire != WIRE_BYTES || !take_varint(at, end, &number))
		return false;
	if (number > (uint64_t)(end - *at))
		return false;
	*value = *at;
	*length = (size_t)number;
	*at += number;
	return true;
}

static enum status scan_message(struct scan *scan, const message_type *type,
				const uint8_t *at, const uint8_t *end,
				int depth);

static enum status scan_field(struct scan *scan, const field_type *field,
			      const uint8_t *value, size_t length, int depth)
{
	const message_type *inner = field->descriptor;
	enum status status = STATUS_OK;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		scan->struct_bytes += inner->sizeof_message;
		if (depth == MESSAGE_DEPTH_MAX)
			status = malformed(scan, "is nested too deep");
		else if (scan->struct_bytes > MESSAGE_STRUCTS_MAX)
			status = malformed(scan, "holds too many messages");
		else
			status = scan_message(scan, inner, value,
					      value + length, depth + 1);
	} else if (field->type == PROTOBUF_C_TYPE_STRING && length > 0 &&
		   memchr(value, '\0', length) != NULL) {
		status = malformed(scan, "must not hold a NUL character");
	}
	if (status == STATUS_OK)
		return STATUS_OK;
	return error_within(scan->arena, scan->error, field->name,
			    FIELD_SINGLE);
}

static enum status scan_message(struct scan *scan, const message_type *type,
				const uint8_t *at, const uint8_t *end,
				int depth)
{
	while (at < end) {
		const field_type *field;
		const uint8_t *value;
		size_t length;
		uint64_t tag;
		enum status status;

		if (!take_varint(&at, end, &tag) || tag > UINT32_MAX ||
		    tag >> 3 == 0 ||
		    !take_value(&at, end, tag & 7, &value, &length))
			return malformed(scan, "is malformed");
		field = protobuf_c_message_descriptor_get_field(
			type, (unsigned)(tag >> 3));
		if (field == NULL || (tag & 7) != WIRE_BYTES)
			continue;
		status = scan_field(scan, field, value, length, depth);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status message_decode(struct arena *arena, const message_type *type,
			   const void *bytes, size_t length,
			   ProtobufCMessage **message, struct error *error)
{
	static const uint8_t nothing[1];
	struct scan scan = { .arena = arena, .error = error };
	const uint8_t *at = length == 0 ? nothing : bytes;
	enum status status = scan_message(&scan, type, at, at + length, 0);

	*message = NULL;
	if (status != STATUS_OK)
		return status;
	*message = protobuf_c_message_unpack(type, arena_protobuf(arena),
					     length, at);
	if (*message == NULL)
		return error_set(error, STATUS_INVALID, "is malformed", "");
	status = message_check(arena, *message, error);
	if (status != STATUS_OK)
		*message = NULL;
	return status;
}

void *message_encode(struct arena *arena, const ProtobufCMessage *message,
		     size_t *length)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = arena_alloc(arena, size);

	*length = protobuf_c_message_pack(message, bytes);
	return bytes;
}
