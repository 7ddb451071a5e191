/*
 * The key ring of seal.h: which keys are shared with whom.
 *
 * A key is rotated without failing a call in this order: the new public key is
 * appended to everybody's peers; the service gets the new secret key as its
 * first (it seals with the new and opens both); the new public key moves first
 * in everybody's peers; the old lines go. Hence the pick of seal_pair_to: the
 * peer's first key with our first.
 */
#include "services/common/wire/seal_ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "services/common/wire/key_line.h"

#define CONTEXT "ECHO1 seal key"
#define SECRETS_MAX 4
#define PEERS_MAX 256

_Static_assert(KEY_WORD_MAX == SEAL_NAME_MAX, "one limit for names");

struct secrets {
	size_t count;
	struct key_line lines[SECRETS_MAX];
};

static void absorb_text(crypto_generichash_state *state, const char *text)
{
	uint8_t length = (uint8_t)strlen(text);

	crypto_generichash_update(state, &length, 1);
	crypto_generichash_update(state, (const uint8_t *)text, length);
}

static void derive(const uint8_t shared[crypto_box_BEFORENMBYTES],
		   enum seal_kind kind, const char *const names[4],
		   uint8_t key[SEAL_KEY_BYTES])
{
	crypto_generichash_state state;
	uint8_t kind_byte = (uint8_t)kind;

	crypto_generichash_init(&state, shared, crypto_box_BEFORENMBYTES,
				SEAL_KEY_BYTES);
	absorb_text(&state, CONTEXT);
	crypto_generichash_update(&state, &kind_byte, 1);
	for (size_t i = 0; i < 4; i++)
		absorb_text(&state, names[i]);
	crypto_generichash_final(&state, key, SEAL_KEY_BYTES);
	sodium_memzero(&state, sizeof(state));
}

static bool pair_fill(struct seal_pair *pair, const char *service,
		      const struct key_line *secret, const char *peer,
		      const char *peer_id, const uint8_t *public_key)
{
	uint8_t shared[crypto_box_BEFORENMBYTES];

	if (crypto_box_beforenm(shared, public_key, secret->key) != 0)
		return false;
	strcpy(pair->peer, peer);
	strcpy(pair->own_id, secret->words[0]);
	strcpy(pair->peer_id, peer_id);
	const char *sending[4] = { service, peer, pair->own_id, peer_id };
	const char *receiving[4] = { peer, service, peer_id, pair->own_id };
	for (int kind = SEAL_REQUEST; kind <= SEAL_REPLY; kind++) {
		derive(shared, kind, sending,
		       pair->keys[SEAL_SENDING][kind - 1]);
		derive(shared, kind, receiving,
		       pair->keys[SEAL_RECEIVING][kind - 1]);
	}
	sodium_memzero(shared, sizeof(shared));
	return true;
}

static const char *secrets_read(struct secrets *secrets, const char *text)
{
	const char *problem = NULL;

	if (key_line_count(text) == 0)
		return "there is no secret key";
	if (key_line_count(text) > SECRETS_MAX)
		return "there are more than 4 secret keys";
	while (key_line_next(&text, 1, crypto_box_SECRETKEYBYTES,
			     &secrets->lines[secrets->count], &problem)) {
		const char *id = secrets->lines[secrets->count].words[0];

		for (size_t i = 0; i < secrets->count; i++)
			if (strcmp(secrets->lines[i].words[0], id) == 0)
				return "a key id stands twice";
		secrets->count++;
	}
	return problem;
}

/* Add a peer's public key, against each of our secret keys. */
static const char *ring_add(struct seal_ring *ring,
			    const struct secrets *secrets, const char *peer,
			    const char *peer_id, const uint8_t *public_key)
{
	for (size_t i = 0; i < ring->count; i++)
		if (strcmp(ring->pairs[i].peer, peer) == 0 &&
		    strcmp(ring->pairs[i].peer_id, peer_id) == 0)
			return "a peer's key id stands twice";
	for (size_t i = 0; i < secrets->count; i++) {
		if (!pair_fill(&ring->pairs[ring->count], ring->service,
			       &secrets->lines[i], peer, peer_id, public_key))
			return "a public key is weak";
		ring->count++;
	}
	return NULL;
}

/*
 * A service calls itself through its own port (the listener's watchdog), so it
 * is its own peer whether or not it is listed; a listed key that contradicts
 * the secret one is a mistake worth a message.
 */
static const char *ring_add_self(struct seal_ring *ring,
				 const struct secrets *secrets)
{
	const char *problem = NULL;

	for (size_t i = 0; i < secrets->count && problem == NULL; i++) {
		uint8_t public_key[crypto_box_PUBLICKEYBYTES];

		crypto_scalarmult_base(public_key, secrets->lines[i].key);
		problem = ring_add(ring, secrets, ring->service,
				   secrets->lines[i].words[0], public_key);
	}
	return problem;
}

static const char *check_own(const struct secrets *secrets,
			     const struct key_line *line, bool *known)
{
	*known = false;
	for (size_t i = 0; i < secrets->count; i++) {
		uint8_t public_key[crypto_box_PUBLICKEYBYTES];

		if (strcmp(secrets->lines[i].words[0], line->words[1]) != 0)
			continue;
		*known = true;
		crypto_scalarmult_base(public_key, secrets->lines[i].key);
		if (memcmp(public_key, line->key, sizeof(public_key)) != 0)
			return "our listed public key is not our secret key's";
	}
	return NULL;
}

static const char *ring_fill(struct seal_ring *ring,
			     const struct secrets *secrets, const char *peers)
{
	struct key_line line;
	const char *problem = ring_add_self(ring, secrets);

	while (problem == NULL &&
	       key_line_next(&peers, 2, crypto_box_PUBLICKEYBYTES, &line,
			     &problem)) {
		bool known = false;

		if (strcmp(line.words[0], ring->service) == 0)
			problem = check_own(secrets, &line, &known);
		if (problem == NULL && !known)
			problem = ring_add(ring, secrets, line.words[0],
					   line.words[1], line.key);
	}
	return problem;
}

/* The one place that allocates: guarded, locked pages. The size is rounded up
 * because sodium_malloc puts the block's end, not its start, at a page. */
static struct seal_ring *ring_alloc(const char *service, size_t pairs)
{
	size_t size =
		sizeof(struct seal_ring) + pairs * sizeof(struct seal_pair);
	struct seal_ring *ring = sodium_malloc((size + 63) & ~(size_t)63);

	if (ring == NULL)
		return NULL;
	memset(ring, 0, size);
	strcpy(ring->service, service);
	return ring;
}

struct seal_ring *seal_ring_new(const char *service, const char *secret_keys,
				const char *peers, const char **problem)
{
	struct secrets secrets = { .count = 0 };
	struct seal_ring *ring = NULL;
	size_t peer_count = key_line_count(peers);

	assert(strlen(service) < SEAL_NAME_MAX);
	*problem = sodium_init() < 0 ? "libsodium does not start" : NULL;
	if (*problem == NULL && peer_count > PEERS_MAX)
		*problem = "there are more than 256 peer keys";
	if (*problem == NULL)
		*problem = secrets_read(&secrets, secret_keys);
	if (*problem == NULL) {
		ring = ring_alloc(service, secrets.count *
					  (peer_count + secrets.count));
		*problem = ring == NULL ? "no memory can be locked"
					: ring_fill(ring, &secrets, peers);
	}
	sodium_memzero(&secrets, sizeof(secrets));
	if (*problem != NULL) {
		seal_ring_free(ring);
		return NULL;
	}
	sodium_mprotect_readonly(ring);
	return ring;
}

void seal_ring_free(struct seal_ring *ring)
{
	sodium_free(ring); /* wipes; NULL is allowed */
}

const char *seal_ring_service(const struct seal_ring *ring)
{
	return ring->service;
}

const struct seal_pair *seal_pair_to(const struct seal_ring *ring,
				     const char *peer)
{
	for (size_t i = 0; i < ring->count; i++)
		if (strcmp(ring->pairs[i].peer, peer) == 0)
			return &ring->pairs[i];
	return NULL;
}

static bool name_is(const struct seal_names *names, size_t which,
		    const char *text)
{
	return strlen(text) == names->length[which] &&
	       memcmp(text, names->text[which], names->length[which]) == 0;
}

const struct seal_pair *seal_pair_from(const struct seal_ring *ring,
				       const struct seal_names *names,
				       const char **reason)
{
	if (!name_is(names, 1, ring->service)) {
		*reason = "for another service";
		return NULL;
	}
	*reason = "unknown caller";
	for (size_t i = 0; i < ring->count; i++) {
		const struct seal_pair *pair = &ring->pairs[i];

		if (!name_is(names, 0, pair->peer))
			continue;
		*reason = "unknown key id";
		if (name_is(names, 2, pair->peer_id) &&
		    name_is(names, 3, pair->own_id))
			return pair;
	}
	return NULL;
}

void seal_key_pair(char secret[SEAL_KEY_TEXT], char public[SEAL_KEY_TEXT])
{
	uint8_t secret_key[crypto_box_SECRETKEYBYTES];
	uint8_t public_key[crypto_box_PUBLICKEYBYTES];

	if (sodium_init() < 0)
		abort();
	crypto_box_keypair(public_key, secret_key);
	sodium_bin2base64(secret, SEAL_KEY_TEXT, secret_key,
			  sizeof(secret_key), sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(public, SEAL_KEY_TEXT, public_key,
			  sizeof(public_key), sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(secret_key, sizeof(secret_key));
}
