/*
 * dispatch: the way of some envelopes of one method from bytes to bytes. No
 * sockets: the seam that the script tests stand on.
 *
 *   caller and credential against the row -> decode -> check -> groups of one
 *   authority -> statements -> commit -> reply
 */
#ifndef ECHO_RUN_DISPATCH_H
#define ECHO_RUN_DISPATCH_H

#include "services/common/run/plan.h"

/* One envelope on its way. What is given lives until dispatch returns; the
 * reply is in the arena given to dispatch. */
struct envelope {
	struct plan *plan;
	const char *caller;
	uint8_t request_id[ID_BYTES];
	Rpc__Request *request;
	int64_t arrived_us; /* monotonic */
	Rpc__Reply *reply;  /* out */
};

#define DISPATCH_ENVELOPES_MAX 64

/* All envelopes have the same plan. */
void dispatch(struct service_run *run, struct sql *sql, struct arena *arena,
	      struct envelope *const envelopes[], size_t count);

/* A reply that refuses the whole envelope. */
Rpc__Reply *dispatch_refuse(struct arena *arena, enum status status,
			    const char *message, const char *field);

/* Runs method->run for a call: the group's plan points here. */
enum status dispatch_code(struct sql *sql, struct group_call *call,
			  struct arena *arena, struct error *error);

#endif
