/*
 * seal_ring: the inside of a key ring, shared by seal_ring.c, which makes it,
 * and seal.c, which seals and opens with it. Nobody else includes this.
 *
 * A ring is one block of guarded, locked memory, read-only once it is filled,
 * so any thread may read it. It holds derived keys only; the secret keys are
 * wiped when it has been made.
 */
#ifndef ECHO_WIRE_SEAL_RING_H
#define ECHO_WIRE_SEAL_RING_H

#include "services/common/wire/seal.h"

#define SEAL_KEY_BYTES 32

enum seal_direction { SEAL_SENDING, SEAL_RECEIVING };

/* What one of our keys and one of a peer's agree on. */
struct seal_pair {
	char peer[SEAL_NAME_MAX];
	char own_id[SEAL_NAME_MAX];
	char peer_id[SEAL_NAME_MAX];
	uint8_t keys[2][2][SEAL_KEY_BYTES]; /* by direction, kind - 1 */
};

struct seal_ring {
	char service[SEAL_NAME_MAX];
	size_t count;
	struct seal_pair pairs[]; /* ourselves, then peers in order; our keys
				     in order */
};

/* The names as they stand in an envelope, not NUL-terminated. */
struct seal_names {
	const uint8_t *text[4]; /* from, to, from's key id, to's key id */
	uint8_t length[4];
};

/* The pair to seal with: the peer's first key and our first; or NULL. */
const struct seal_pair *seal_pair_to(const struct seal_ring *ring,
				     const char *peer);
/* The pair that an envelope names, or NULL and why not. */
const struct seal_pair *seal_pair_from(const struct seal_ring *ring,
				       const struct seal_names *names,
				       const char **reason);

#endif
