/* digest: libsodium's SHA-256. */
#include <sodium.h>

#include "services/common/wire/digest.h"

void digest_bytes(const void *bytes, size_t length,
		  uint8_t digest[DIGEST_BYTES])
{
	crypto_hash_sha256(digest, bytes, length);
}

void digest_sha256(const void *bytes, size_t length, char text[DIGEST_TEXT])
{
	uint8_t digest[DIGEST_BYTES];

	digest_bytes(bytes, length, digest);
	digest_hex(digest, text);
}

void digest_hex(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT])
{
	sodium_bin2hex(text, DIGEST_TEXT, digest, DIGEST_BYTES);
}

void digest_link(struct arena *arena, const void *previous, size_t length,
		 ProtobufCMessage *const messages[], size_t count,
		 uint8_t digest[DIGEST_BYTES])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, previous, length);
	for (size_t i = 0; i < count; i++) {
		size_t packed_length;
		const uint8_t *packed =
			message_encode(arena, messages[i], &packed_length);
		const uint8_t front[] = { (uint8_t)(packed_length >> 24),
					  (uint8_t)(packed_length >> 16),
					  (uint8_t)(packed_length >> 8),
					  (uint8_t)packed_length };

		crypto_hash_sha256_update(&state, front, sizeof(front));
		crypto_hash_sha256_update(&state, packed, packed_length);
	}
	crypto_hash_sha256_final(&state, digest);
}
