/*
 * token: a person's credential. The registry signs rpc.Credential (who, which
 * grants, until when) with Ed25519; every service checks it itself, so the
 * gateway need not be trusted to have done so.
 *
 *   key id length | key id | signature (64) | the bytes, of a credential the
 *   packed rpc.Credential
 *
 * The signature is over a context string and the bytes. Keys rotate
 * by key id. Safe from any thread after start.
 */
#ifndef ECHO_WIRE_TOKEN_H
#define ECHO_WIRE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "services/common/base/arena.h"
#include "services/common/wire/status.h"

#define TOKEN_LIFE_US (600 * INT64_C(1000000))
#define TOKEN_KEYS_MAX 256
/* Who sits at the machine, and needs no person: every method that asks for a
 * role admits this one, and row-level security hides nothing from it. */
#define TOKEN_OPERATOR "operator"
/* What the signature of a batch of the audit trail is for. */
#define TOKEN_AUDIT "ECHO1 audit"

struct token_keys;

/* public_keys: at most TOKEN_KEYS_MAX lines "KEY_ID BASE64", of which some may
 * be the same; secret_keys: such lines, or NULL for a service that only checks.
 * NULL and a message in problem when malformed. */
struct token_keys *token_keys_new(const char *public_keys,
				  const char *secret_keys,
				  const char **problem);
void token_keys_free(struct token_keys *keys);

/* Sign with the first secret key; the bytes are the arena's. */
void *token_sign(const struct token_keys *keys, struct arena *arena,
		 const Rpc__Credential *credential, size_t *length);

/* The same for other bytes, which the token then holds: context says what the
 * signature is for. */
void *token_sign_bytes(const struct token_keys *keys, struct arena *arena,
		       const char *context, const void *bytes, size_t length,
		       size_t *token_length);
/* OK and the bytes (within the token), or UNAUTHENTICATED. */
enum status token_check_bytes(const struct token_keys *keys,
			      struct arena *arena, const char *context,
			      const void *token, size_t token_length,
			      const void **bytes, size_t *length,
			      struct error *error);

/* OK and the credential (in the arena), or UNAUTHENTICATED: malformed, unknown
 * key, forged, not yet valid or expired at wall time now_us. */
enum status token_check(const struct token_keys *keys, struct arena *arena,
			const void *token, size_t length, int64_t now_us,
			Rpc__Credential **credential, struct error *error);

/* A new signing pair as base64 (secret: 88 characters, public: 44, + NUL). */
#define TOKEN_SECRET_TEXT 89
#define TOKEN_PUBLIC_TEXT 45
void token_key_pair(char secret[TOKEN_SECRET_TEXT],
		    char public[TOKEN_PUBLIC_TEXT]);

#endif
