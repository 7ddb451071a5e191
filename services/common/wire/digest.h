/*
 * digest: SHA-256, for migrations (so that psql and sha256sum agree with us),
 * for the body of a remembered request, and for the links of a chain.
 */
#ifndef ECHO_WIRE_DIGEST_H
#define ECHO_WIRE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "services/common/base/arena.h"
#include "services/common/wire/field.h"

#define DIGEST_BYTES 32
#define DIGEST_TEXT 65

void digest_bytes(const void *bytes, size_t length,
		  uint8_t digest[DIGEST_BYTES]);
/* The same as lower-case hex. */
void digest_sha256(const void *bytes, size_t length, char text[DIGEST_TEXT]);
void digest_hex(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT]);
/* A link: over the one before (length 0: the first), and each message packed,
 * with its length in front (four bytes, the highest first). */
void digest_link(struct arena *arena, const void *previous, size_t length,
		 ProtobufCMessage *const messages[], size_t count,
		 uint8_t digest[DIGEST_BYTES]);

#endif
