/* seal: the envelope of seal.h; its keys are seal_ring.c's. */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "services/common/base/clock.h"
#include "services/common/wire/seal_ring.h"

#define MAGIC "ECHO1"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

/* Magic, kind, four lengths; then the names; then id, time and nonce. */
#define FIXED_FRONT (MAGIC_BYTES + 1 + 4)
#define FIXED_BACK (ID_BYTES + 8 + NONCE_BYTES)

_Static_assert(FIXED_FRONT + 4 * (SEAL_NAME_MAX - 1) + FIXED_BACK + TAG_BYTES
		       <= SEAL_OVERHEAD_MAX,
	       "the overhead must hold the longest names");
_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	       "the ring's keys must fit the cipher");
_Static_assert(TAG_BYTES == SEAL_TAG, "the contract must fit the cipher");
_Static_assert(NONCE_BYTES == sizeof(((struct seal_header *)NULL)->nonce),
	       "the header's nonce must fit the cipher");

static uint8_t *put(uint8_t *at, const void *bytes, size_t length)
{
	memcpy(at, bytes, length);
	return at + length;
}

static void put_time(uint8_t out[8], int64_t at_us)
{
	for (int i = 7; i >= 0; i--, at_us >>= 8)
		out[i] = (uint8_t)(at_us & 0xff);
}

static int64_t get_time(const uint8_t in[8])
{
	uint64_t at_us = 0;

	for (size_t i = 0; i < 8; i++)
		at_us = at_us << 8 | in[i];
	return (int64_t)at_us;
}

static size_t front_length(const struct seal_ring *ring,
			   const struct seal_pair *pair)
{
	return FIXED_FRONT + strlen(ring->service) + strlen(pair->peer) +
	       strlen(pair->own_id) + strlen(pair->peer_id) + FIXED_BACK;
}

size_t seal_front(const struct seal_ring *ring, const char *peer)
{
	const struct seal_pair *pair = seal_pair_to(ring, peer);

	return pair == NULL ? 0 : front_length(ring, pair);
}

static uint8_t *write_front(const struct seal_ring *ring,
			    const struct seal_pair *pair,
			    const struct seal_header *header, uint8_t *out)
{
	const char *names[4] = { ring->service, pair->peer, pair->own_id,
				 pair->peer_id };
	uint8_t time[8];
	uint8_t *at = put(out, MAGIC, MAGIC_BYTES);

	*at++ = (uint8_t)header->kind;
	for (size_t i = 0; i < 4; i++)
		*at++ = (uint8_t)strlen(names[i]);
	for (size_t i = 0; i < 4; i++)
		at = put(at, names[i], strlen(names[i]));
	at = put(at, header->request_id, ID_BYTES);
	put_time(time, header->sent_at_us);
	at = put(at, time, sizeof(time));
	return put(at, header->nonce, NONCE_BYTES);
}

size_t seal_close(const struct seal_ring *ring, struct seal_header *header,
		  const void *body, size_t length, uint8_t *out)
{
	const struct seal_pair *pair = seal_pair_to(ring, header->to);

	assert(header->kind == SEAL_REQUEST || header->kind == SEAL_REPLY);
	if (pair == NULL)
		return 0;
	strcpy(header->from, ring->service);
	header->sent_at_us = clock_wall();
	randombytes_buf(header->nonce, NONCE_BYTES);
	uint8_t *cipher = write_front(ring, pair, header, out);
	size_t front = (size_t)(cipher - out);
	assert(front == front_length(ring, pair));
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		cipher, NULL, body, length, out, front, NULL, header->nonce,
		pair->keys[SEAL_SENDING][header->kind - 1]);
	return front + length + TAG_BYTES;
}

/* Where the parts of an envelope are; nothing in it is to be believed yet. */
struct layout {
	struct seal_names names;
	const uint8_t *request_id;
	const uint8_t *time;
	const uint8_t *nonce;
	size_t front; /* bytes before the ciphertext */
};

static const char *find_parts(const uint8_t *sealed, size_t length,
			      struct layout *layout)
{
	size_t at = FIXED_FRONT;

	if (length < FIXED_FRONT)
		return "truncated";
	if (memcmp(sealed, MAGIC, MAGIC_BYTES) != 0)
		return "not an envelope";
	for (size_t i = 0; i < 4; i++) {
		uint8_t bytes = sealed[MAGIC_BYTES + 1 + i];

		if (bytes == 0 || bytes >= SEAL_NAME_MAX)
			return "malformed";
		layout->names.text[i] = sealed + at;
		layout->names.length[i] = bytes;
		at += bytes;
		if (at > length)
			return "truncated";
	}
	if (length - at < FIXED_BACK + TAG_BYTES)
		return "truncated";
	layout->request_id = sealed + at;
	layout->time = layout->request_id + ID_BYTES;
	layout->nonce = layout->time + 8;
	layout->front = at + FIXED_BACK;
	return NULL;
}

/* Subtraction could overflow on a hostile time, so compare with bounds. */
static const char *check_fresh(int64_t sent_at_us)
{
	int64_t now = clock_wall();

	if (sent_at_us < now - SEAL_FRESH_US)
		return "stale";
	if (sent_at_us > now + SEAL_FRESH_US)
		return "from the future";
	return NULL;
}

static void fill_header(struct seal_header *header, const uint8_t *sealed,
			const struct layout *layout)
{
	const struct seal_names *names = &layout->names;

	memset(header, 0, sizeof(*header));
	header->kind = sealed[MAGIC_BYTES];
	memcpy(header->from, names->text[0], names->length[0]);
	memcpy(header->to, names->text[1], names->length[1]);
	memcpy(header->request_id, layout->request_id, ID_BYTES);
	header->sent_at_us = get_time(layout->time);
	memcpy(header->nonce, layout->nonce, NONCE_BYTES);
}

/* All that can be known before the cipher; cheapest first. */
static const struct seal_pair *check_front(const struct seal_ring *ring,
					   enum seal_kind expect_kind,
					   const uint8_t *expect_id,
					   const uint8_t *sealed,
					   size_t length,
					   struct layout *layout,
					   const char **reason)
{
	*reason = find_parts(sealed, length, layout);
	if (*reason != NULL)
		return NULL;
	if (sealed[MAGIC_BYTES] != (uint8_t)expect_kind) {
		*reason = "wrong direction";
		return NULL;
	}
	const struct seal_pair *pair =
		seal_pair_from(ring, &layout->names, reason);
	if (pair == NULL)
		return NULL;
	*reason = check_fresh(get_time(layout->time));
	if (*reason == NULL && expect_id != NULL &&
	    sodium_memcmp(layout->request_id, expect_id, ID_BYTES) != 0)
		*reason = "answers another request";
	return *reason == NULL ? pair : NULL;
}

enum status seal_open(const struct seal_ring *ring, enum seal_kind expect_kind,
		      const uint8_t *expect_id, uint8_t *sealed, size_t length,
		      struct seal_header *header, uint8_t **body,
		      size_t *body_length, const char **reason)
{
	struct layout layout = { .front = 0 };

	assert((expect_kind == SEAL_REPLY) == (expect_id != NULL));
	const struct seal_pair *pair = check_front(
		ring, expect_kind, expect_id, sealed, length, &layout, reason);
	if (pair == NULL)
		return STATUS_UNAUTHENTICATED;
	uint8_t *cipher = sealed + layout.front;
	size_t cipher_length = length - layout.front;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    cipher, NULL, NULL, cipher, cipher_length, sealed,
		    layout.front, layout.nonce,
		    pair->keys[SEAL_RECEIVING][expect_kind - 1]) != 0) {
		*reason = "forged";
		return STATUS_UNAUTHENTICATED;
	}
	fill_header(header, sealed, &layout);
	*body = cipher;
	*body_length = cipher_length - TAG_BYTES;
	return STATUS_OK;
}
