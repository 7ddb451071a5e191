/* vault: see vault.h. */
#include "services/common/wire/vault.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "services/common/wire/key_line.h"

#define KEYS_MAX 8
#define KEY_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HASH_BYTES 32
#define DIGEST_TEXT_MAX (KEY_WORD_MAX + 1 + 2 * HASH_BYTES + 1)

struct vault_key {
	char id[KEY_WORD_MAX];
	uint8_t key[KEY_BYTES];
};

struct vault {
	size_t count;
	struct vault_key keys[KEYS_MAX];
};

static const struct vault_key *find_key(const struct vault *vault,
					const void *id, size_t length)
{
	for (size_t i = 0; vault && i < vault->count; i++)
		if (strlen(vault->keys[i].id) == length &&
		    !memcmp(vault->keys[i].id, id, length))
			return &vault->keys[i];
	return NULL;
}

static const char *read_keys(struct vault *vault, const char *text)
{
	struct key_line line;
	const char *problem = NULL;

	while (!problem &&
	       key_line_next(&text, 1, KEY_BYTES, &line, &problem)) {
		struct vault_key *key = &vault->keys[vault->count];

		if (vault->count == KEYS_MAX)
			problem = "there are more than 8 keys";
		else if (find_key(vault, line.words[0], strlen(line.words[0])))
			problem = "a key id stands twice";
		else {
			strcpy(key->id, line.words[0]);
			memcpy(key->key, line.key, KEY_BYTES);
			vault->count++;
		}
	}
	key_line_wipe(&line);
	if (!problem && !vault->count)
		problem = "there is no key";
	return problem;
}

struct vault *vault_new(const char *keys, const char **problem)
{
	size_t size = (sizeof(struct vault) + 63) & ~(size_t)63;
	struct vault *vault = sodium_init() < 0 ? NULL : sodium_malloc(size);

	if (!vault) {
		*problem = "no memory can be locked";
		return NULL;
	}
	memset(vault, 0, size);
	*problem = read_keys(vault, keys);
	if (*problem) {
		vault_free(vault);
		return NULL;
	}
	sodium_mprotect_readonly(vault);
	return vault;
}

void vault_free(struct vault *vault)
{
	sodium_free(vault); /* wipes; NULL is allowed */
}

uint8_t *vault_seal(const struct vault *vault, struct arena *arena,
		    const char *context, const void *bytes, size_t length,
		    size_t *sealed_length)
{
	const struct vault_key *key = &vault->keys[0];
	size_t id_length = strlen(key->id);
	uint8_t *sealed = arena_alloc(arena, 1 + id_length + NONCE_BYTES +
						     length + TAG_BYTES);
	uint8_t *nonce = sealed + 1 + id_length;

	sealed[0] = (uint8_t)id_length;
	memcpy(sealed + 1, key->id, id_length);
	randombytes_buf(nonce, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		nonce + NONCE_BYTES, NULL, bytes, length,
		(const uint8_t *)context, strlen(context), NULL, nonce,
		key->key);
	*sealed_length = 1 + id_length + NONCE_BYTES + length + TAG_BYTES;
	return sealed;
}

uint8_t *vault_open(const struct vault *vault, struct arena *arena,
		    const char *context, const void *sealed,
		    size_t sealed_length, size_t *length)
{
	const uint8_t *at = sealed;
	size_t front = sealed_length ? 1 + (size_t)at[0] : 1;
	const struct vault_key *key;
	uint8_t *bytes;

	if (sealed_length < front + NONCE_BYTES + TAG_BYTES)
		return NULL;
	key = find_key(vault, at + 1, front - 1);
	if (!key)
		return NULL;
	*length = sealed_length - front - NONCE_BYTES - TAG_BYTES;
	bytes = arena_alloc(arena, *length + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    bytes, NULL, NULL, at + front + NONCE_BYTES,
		    *length + TAG_BYTES, (const uint8_t *)context,
		    strlen(context), at + front, key->key) != 0)
		return NULL;
	return bytes;
}

static void digest_with(const struct vault_key *key, const char *context,
			const char *text, char digest[DIGEST_TEXT_MAX])
{
	size_t id_length = strlen(key->id);
	crypto_generichash_state state;
	uint8_t hash[HASH_BYTES];

	crypto_generichash_init(&state, key->key, KEY_BYTES, HASH_BYTES);
	/* with its NUL, so that no two pairs run into one text */
	crypto_generichash_update(&state, (const uint8_t *)context,
				  strlen(context) + 1);
	crypto_generichash_update(&state, (const uint8_t *)text, strlen(text));
	crypto_generichash_final(&state, hash, HASH_BYTES);
	memcpy(digest, key->id, id_length);
	digest[id_length] = ' ';
	sodium_bin2hex(digest + id_length + 1, 2 * HASH_BYTES + 1, hash,
		       HASH_BYTES);
}

const char *vault_digest(const struct vault *vault, struct arena *arena,
			 const char *context, const char *text)
{
	char digest[DIGEST_TEXT_MAX];

	digest_with(&vault->keys[0], context, text, digest);
	return arena_strdup(arena, digest);
}

bool vault_matches(const struct vault *vault, const char *context,
		   const char *text, const char *digest)
{
	const struct vault_key *key =
		find_key(vault, digest, strcspn(digest, " "));
	char own[DIGEST_TEXT_MAX];

	if (!key)
		return false;
	digest_with(key, context, text, own);
	return strlen(own) == strlen(digest) &&
	       !sodium_memcmp(own, digest, strlen(own));
}

static void random_base64(char *text, size_t size, int variant)
{
	uint8_t bytes[KEY_BYTES];

	vault_random(bytes, sizeof(bytes));
	sodium_bin2base64(text, size, bytes, sizeof(bytes), variant);
	sodium_memzero(bytes, sizeof(bytes));
}

void vault_random(void *bytes, size_t length)
{
	if (sodium_init() < 0)
		abort();
	randombytes_buf(bytes, length);
}

void vault_token(char text[VAULT_TOKEN_TEXT])
{
	random_base64(text, VAULT_TOKEN_TEXT,
		      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void vault_key(char text[VAULT_KEY_TEXT])
{
	random_base64(text, VAULT_KEY_TEXT, sodium_base64_VARIANT_ORIGINAL);
}
