/*
 * seal: who speaks to whom. Every request and reply is an AEAD envelope
 * (XChaCha20-Poly1305) between two services, keyed from their X25519 pairs:
 * BLAKE2b keyed by crypto_box_beforenm over context, names and direction.
 *
 *   magic "ECHO1" | kind | lengths and names: from, to, key ids | request id |
 *   sent_at_us | nonce | ciphertext           (all before it is the AAD)
 *
 * seal_open checks size, header, names, key id, freshness (30 s) and, for
 * requests that write, that this nonce was not seen before (seal_replayed)
 * before anything is decoded. A reply is bound to its request's id. Two key ids
 * per service may be active, so that rotation never fails a call: the first
 * secret key seals, all open.
 *
 * The key ring is made once at start and read-only afterwards; shared keys are
 * computed once per peer. Functions are safe from any thread. Secret keys are
 * locked in memory.
 */
#ifndef ECHO_WIRE_SEAL_H
#define ECHO_WIRE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/base/id.h"
#include "services/common/wire/status.h"

#define SEAL_NAME_MAX 32
#define SEAL_OVERHEAD_MAX 256
#define SEAL_FRESH_US (30 * INT64_C(1000000))

enum seal_kind { SEAL_REQUEST = 1, SEAL_REPLY = 2 };

struct seal_ring;

struct seal_header {
	enum seal_kind kind;
	char from[SEAL_NAME_MAX];
	char to[SEAL_NAME_MAX];
	uint8_t request_id[ID_BYTES];
	int64_t sent_at_us; /* wall clock */
	uint8_t nonce[24];
};

/*
 * secret_keys: lines "KEY_ID BASE64" of this service; peers: lines
 * "SERVICE KEY_ID BASE64". NULL and a message in problem when malformed.
 */
struct seal_ring *seal_ring_new(const char *service, const char *secret_keys,
				const char *peers, const char **problem);
void seal_ring_free(struct seal_ring *ring);
const char *seal_ring_service(const struct seal_ring *ring);

/*
 * Seal body for the peer named header->to; header->kind and request_id are the
 * caller's, from, sent_at_us and nonce are filled in. out must have room for
 * length + SEAL_OVERHEAD_MAX. Returns the sealed length, 0 if the peer is
 * unknown. The body is sealed in place, without a copy, when it stands at
 * out + seal_front(ring, header->to); otherwise it must not overlap out.
 */
size_t seal_close(const struct seal_ring *ring, struct seal_header *header,
		  const void *body, size_t length, uint8_t *out);
/* The bytes before the body in an envelope to that peer; 0: unknown. */
size_t seal_front(const struct seal_ring *ring, const char *peer);
/* The bytes behind it. */
#define SEAL_TAG 16

/*
 * Open in place: on OK, *body points into sealed and header is filled.
 * Otherwise UNAUTHENTICATED with the reason in *reason (for the log and the
 * counter, never for the caller). expect_kind guards direction; for a reply,
 * expect_id must be the request's id (NULL for requests).
 */
enum status seal_open(const struct seal_ring *ring, enum seal_kind expect_kind,
		      const uint8_t *expect_id, uint8_t *sealed, size_t length,
		      struct seal_header *header, uint8_t **body,
		      size_t *body_length, const char **reason);

/*
 * Remembers nonces for as long as they could be fresh: true when this one was
 * seen. A bounded set: 2^21 nonces a minute, which is 35,000 writes a second;
 * when it is full the answer is true (refuse), so that a flood cannot open a
 * hole. It grows with use, from 32 KiB to 64 MiB.
 */
struct seal_replay;
struct seal_replay *seal_replay_new(void);
void seal_replay_free(struct seal_replay *replay);
bool seal_replayed(struct seal_replay *replay, const uint8_t nonce[24],
		   int64_t now_us);

/* A new pair as base64 text (44 characters and NUL each). */
#define SEAL_KEY_TEXT 45
void seal_key_pair(char secret[SEAL_KEY_TEXT], char public[SEAL_KEY_TEXT]);

#endif
