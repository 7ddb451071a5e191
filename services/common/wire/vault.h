/*
 * vault: secrets that the database keeps and must not be able to read.
 *
 * What is sealed is bound to a context (whose it is), so that one person's
 * secret is nothing in another's row. What is only ever compared, and too
 * short for a plain hash, becomes a keyed digest instead. Keys are lines
 * "KEY_ID BASE64" of 32 bytes; the first one seals, all of them open, so that
 * they can be changed.
 *
 * The keys are locked memory, read-only once made; any thread. All other memory
 * is the arena's. A NULL vault opens nothing and matches nothing.
 */
#ifndef ECHO_WIRE_VAULT_H
#define ECHO_WIRE_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/base/arena.h"

struct vault;

/* NULL and a message in problem when malformed. */
struct vault *vault_new(const char *keys, const char **problem);
void vault_free(struct vault *vault);

/* key id length | key id | nonce (24) | sealed bytes | tag (16) */
uint8_t *vault_seal(const struct vault *vault, struct arena *arena,
		    const char *context, const void *bytes, size_t length,
		    size_t *sealed_length);
/* NULL: of another context or key, or changed. */
uint8_t *vault_open(const struct vault *vault, struct arena *arena,
		    const char *context, const void *sealed,
		    size_t sealed_length, size_t *length);

/* "KEY_ID HEX": the digest of a text within its context. */
const char *vault_digest(const struct vault *vault, struct arena *arena,
			 const char *context, const char *text);
bool vault_matches(const struct vault *vault, const char *context,
		   const char *text, const char *digest);

/* Bytes that nobody can guess; and 32 of them as text for an address. */
void vault_random(void *bytes, size_t length);
#define VAULT_TOKEN_TEXT 44
void vault_token(char text[VAULT_TOKEN_TEXT]);

/* A new key as base64. */
#define VAULT_KEY_TEXT 45
void vault_key(char text[VAULT_KEY_TEXT]);

#endif
