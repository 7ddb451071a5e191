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
	sodium_bin2hex(text, DIGEST_TEXT, digest, sizeof(digest));
}
