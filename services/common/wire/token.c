/* token: see token.h. */
#include "services/common/wire/token.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "services/common/wire/field.h"
#include "services/common/wire/key_line.h"
#include "services/common/wire/seal.h"

#define CONTEXT "ECHO1 credential"
#define SIGNATURE_BYTES crypto_sign_BYTES
#define TOKEN_MAX (64 * 1024) /* some thousand grants */

struct public_key {
	char id[KEY_WORD_MAX];
	uint8_t key[crypto_sign_PUBLICKEYBYTES];
};

/* One block of guarded, locked memory, read-only once it is filled. */
struct token_keys {
	size_t count;
	bool signs;
	char secret_id[KEY_WORD_MAX];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
	struct public_key public_keys[];
};

static const struct public_key *key_find(const struct token_keys *keys,
					 const void *id, size_t length)
{
	for (size_t i = 0; i < keys->count; i++)
		if (strlen(keys->public_keys[i].id) == length &&
		    memcmp(keys->public_keys[i].id, id, length) == 0)
			return &keys->public_keys[i];
	return NULL;
}

static const char *read_public(struct token_keys *keys, const char *text)
{
	struct key_line line;
	const char *problem = NULL;

	while (key_line_next(&text, 1, crypto_sign_PUBLICKEYBYTES, &line,
			     &problem)) {
		const struct public_key *known = key_find(
			keys, line.words[0], strlen(line.words[0]));
		if (known != NULL &&
		    memcmp(known->key, line.key, sizeof(known->key)) != 0)
			return "a key id stands for two keys";
		if (known != NULL)
			continue;
		struct public_key *key = &keys->public_keys[keys->count++];
		strcpy(key->id, line.words[0]);
		memcpy(key->key, line.key, sizeof(key->key));
	}
	return problem;
}

/* The first line signs; the others are read all the same, so that a mistake
 * in them shows today and not on the day of the rotation. */
static const char *read_secret(struct token_keys *keys, const char *text)
{
	struct key_line line;
	const char *problem = NULL;

	while (problem == NULL &&
	       key_line_next(&text, 1, crypto_sign_SECRETKEYBYTES, &line,
			     &problem)) {
		const struct public_key *known = key_find(
			keys, line.words[0], strlen(line.words[0]));
		/* libsodium's secret key ends with the public one. */
		if (known != NULL &&
		    memcmp(known->key,
			   line.key + crypto_sign_SECRETKEYBYTES -
				   crypto_sign_PUBLICKEYBYTES,
			   crypto_sign_PUBLICKEYBYTES) != 0)
			problem = "a public key is not its secret key's";
		if (problem == NULL && !keys->signs) {
			keys->signs = true;
			strcpy(keys->secret_id, line.words[0]);
			memcpy(keys->secret_key, line.key,
			       sizeof(keys->secret_key));
		}
	}
	key_line_wipe(&line);
	if (problem == NULL && !keys->signs)
		problem = "there is no secret key";
	return problem;
}

/* The one place that allocates; the size is rounded up because sodium_malloc
 * puts the block's end, not its start, at a page. */
static struct token_keys *keys_alloc(size_t count)
{
	size_t size = sizeof(struct token_keys) +
		      count * sizeof(struct public_key);
	struct token_keys *keys;

	size = (size + 63) & ~(size_t)63;
	keys = sodium_malloc(size);

	if (keys != NULL)
		memset(keys, 0, size);
	return keys;
}

struct token_keys *token_keys_new(const char *public_keys,
				  const char *secret_keys,
				  const char **problem)
{
	struct token_keys *keys = NULL;
	size_t count = key_line_count(public_keys);

	*problem = sodium_init() < 0 ? "libsodium does not start" : NULL;
	if (*problem == NULL && count > TOKEN_KEYS_MAX)
		*problem = "there are more than 256 public keys";
	if (*problem == NULL) {
		keys = keys_alloc(count);
		*problem = keys == NULL ? "no memory can be locked"
					: read_public(keys, public_keys);
	}
	if (*problem == NULL && secret_keys != NULL)
		*problem = read_secret(keys, secret_keys);
	if (*problem != NULL) {
		token_keys_free(keys);
		return NULL;
	}
	sodium_mprotect_readonly(keys);
	return keys;
}

void token_keys_free(struct token_keys *keys)
{
	sodium_free(keys); /* wipes; NULL is allowed */
}

/* What is signed: the context, so that a signature for one purpose is none for
 * another, and the bytes. */
static uint8_t *signed_part(struct arena *arena, const char *context,
			    const void *bytes, size_t length)
{
	uint8_t *part = arena_alloc(arena, strlen(context) + length);

	memcpy(part, context, strlen(context));
	memcpy(part + strlen(context), bytes, length);
	return part;
}

void *token_sign_bytes(const struct token_keys *keys, struct arena *arena,
		       const char *context, const void *bytes, size_t length,
		       size_t *token_length)
{
	size_t id_length = strlen(keys->secret_id);
	size_t front = 1 + id_length + SIGNATURE_BYTES;
	uint8_t *token = arena_alloc(arena, front + length);

	assert(keys->signs);
	token[0] = (uint8_t)id_length;
	memcpy(token + 1, keys->secret_id, id_length);
	crypto_sign_detached(token + 1 + id_length, NULL,
			     signed_part(arena, context, bytes, length),
			     strlen(context) + length, keys->secret_key);
	memcpy(token + front, bytes, length);
	*token_length = front + length;
	assert(*token_length <= TOKEN_MAX);
	return token;
}

void *token_sign(const struct token_keys *keys, struct arena *arena,
		 const Rpc__Credential *credential, size_t *length)
{
	size_t packed_length;
	void *packed = message_encode(arena, &credential->base,
				      &packed_length);

	return token_sign_bytes(keys, arena, CONTEXT, packed, packed_length,
				length);
}

static enum status refuse(struct error *error, const char *message)
{
	return error_set(error, STATUS_UNAUTHENTICATED, message, "");
}

/* Clocks of machines differ a little, so a credential may seem to come from
 * the future by as much as an envelope may. */
static enum status check_time(const Rpc__Credential *credential,
			      int64_t now_us, struct error *error)
{
	if (credential->issued_at_us > now_us + SEAL_FRESH_US)
		return refuse(error, "The credential is not yet valid.");
	if (credential->expires_at_us <= now_us)
		return refuse(error,
			      "The credential has expired: sign in again.");
	return STATUS_OK;
}

enum status token_check_bytes(const struct token_keys *keys,
			      struct arena *arena, const char *context,
			      const void *token, size_t token_length,
			      const void **bytes, size_t *length,
			      struct error *error)
{
	const uint8_t *part = token;

	if (token_length == 0 || token_length > TOKEN_MAX)
		return refuse(error, "The credential is too long.");
	size_t id_length = part[0];
	size_t front = 1 + id_length + SIGNATURE_BYTES;
	if (token_length < front)
		return refuse(error, "The credential is cut off.");
	const struct public_key *key = key_find(keys, part + 1, id_length);
	if (key == NULL)
		return refuse(error, "The credential's key is not known here.");
	*bytes = part + front;
	*length = token_length - front;
	if (crypto_sign_verify_detached(
		    part + 1 + id_length,
		    signed_part(arena, context, *bytes, *length),
		    strlen(context) + *length, key->key) != 0)
		return refuse(error, "The credential is forged.");
	return STATUS_OK;
}

enum status token_check(const struct token_keys *keys, struct arena *arena,
			const void *token, size_t length, int64_t now_us,
			Rpc__Credential **credential, struct error *error)
{
	ProtobufCMessage *message = NULL;
	const void *packed;
	size_t packed_length;

	if (length == 0)
		return refuse(error, "This needs a person: sign in first.");
	if (token_check_bytes(keys, arena, CONTEXT, token, length, &packed,
			      &packed_length, error) != STATUS_OK)
		return STATUS_UNAUTHENTICATED;
	if (message_decode(arena, &rpc__credential__descriptor, packed,
			   packed_length, &message, error) != STATUS_OK)
		return refuse(error, "The credential is malformed.");
	Rpc__Credential *checked = (Rpc__Credential *)message;
	if (check_time(checked, now_us, error) != STATUS_OK)
		return STATUS_UNAUTHENTICATED;
	*credential = checked;
	return STATUS_OK;
}

void token_key_pair(char secret[TOKEN_SECRET_TEXT],
		    char public[TOKEN_PUBLIC_TEXT])
{
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];

	if (sodium_init() < 0)
		abort();
	crypto_sign_keypair(public_key, secret_key);
	sodium_bin2base64(secret, TOKEN_SECRET_TEXT, secret_key,
			  sizeof(secret_key), sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(public, TOKEN_PUBLIC_TEXT, public_key,
			  sizeof(public_key), sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(secret_key, sizeof(secret_key));
}
