/*
 * envelope: requests made by hand: sealed by any ring, sent at any time, with
 * whatever in them; and what is answered.
 */
#ifndef ECHO_TESTS_ENVELOPE_H
#define ECHO_TESTS_ENVELOPE_H

#include "tests/support/check.h"

#define ENVELOPE_MAX (5 << 20)
#define ENVELOPE_PATIENCE_US (10 * CLOCK_SECOND)
#define ENVELOPE_SILENCE_US (CLOCK_SECOND * 2 / 5)

/* A sealed request and what it was made of. */
struct envelope_made {
	uint8_t *bytes; /* the arena's */
	size_t length;
	uint8_t request_id[ID_BYTES];
};

/* The wall clock of this process runs that much ahead (envelopes are sealed
 * with it); the program is linked with --wrap=clock_wall. */
void envelope_clock(int64_t ahead_us);

/* A request of one body, without deadline and credential. */
Rpc__Request *envelope_request(struct arena *arena, const char *method,
			       const ProtobufCMessage *message);
struct envelope_made envelope_seal(struct arena *arena,
				   const struct seal_ring *ring,
				   const Rpc__Request *request);
/* The same with these bytes for a packed rpc.Request. */
struct envelope_made envelope_seal_bytes(struct arena *arena,
					 const struct seal_ring *ring,
					 const void *bytes, size_t length);
/* Ask replica 0; NULL when it stays silent for that long. */
Rpc__Reply *envelope_ask(struct stage *stage, struct arena *arena,
			 const struct envelope_made *made, int64_t limit_us);
/* Its one status, the envelope's or that of the first result; the field at
 * fault in *field when not NULL. */
enum status envelope_status(const Rpc__Reply *reply, const char **field);

/* An AddEntry of a new id, in the arena. */
ProtobufCMessage *envelope_entry(struct arena *arena, const char *account);

#endif
