/*
 * digest: SHA-256, for migrations (so that psql and sha256sum agree with us)
 * and for the body of a remembered request.
 */
#ifndef ECHO_WIRE_DIGEST_H
#define ECHO_WIRE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32
#define DIGEST_TEXT 65

void digest_bytes(const void *bytes, size_t length,
		  uint8_t digest[DIGEST_BYTES]);
/* The same as lower-case hex. */
void digest_sha256(const void *bytes, size_t length, char text[DIGEST_TEXT]);

#endif
