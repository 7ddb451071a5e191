/*
 * rpc: the client side. One rpc_peer for each service that is called.
 *
 * A peer resolves its host every 5 s (a headless Service gives one address per
 * replica) and keeps one REQ socket per address. A call takes the less loaded
 * of two. While there is another endpoint to turn to, a try waits
 * min(remaining / 2, try_timeout); otherwise it waits to the deadline. A call
 * is tried at most three times, on different endpoints while there are any,
 * with the same request id (retries are safe: writes are remembered by it),
 * within a retry budget of 10 % of calls, of which 256 can be saved up. An
 * endpoint that times out three times in a row is ejected for 5 s and probed
 * before it comes back; one without a pipe for 3 s, whose pipe takes no more
 * requests, or whose probe fails gets a new dialer (nng's die silently). A
 * reply marked draining makes the endpoint last choice.
 *
 * Calls block the calling thread; use from any thread. rpc_send/rpc_wait let
 * one thread keep many calls in flight.
 */
#ifndef ECHO_WIRE_RPC_H
#define ECHO_WIRE_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/base/arena.h"
#include "services/common/wire/field.h"
#include "services/common/wire/seal.h"
#include "services/common/wire/status.h"

struct rpc_peer;

/*
 * service: the peer's name; url: tcp://host:port, ipc:// or inproc://, or a
 * list of them separated by commas. Returns at once: names are resolved and
 * connections made by the peer's own thread, and the first call waits for
 * them. No call may be under way when a peer is freed; the ring must outlive
 * it.
 */
struct rpc_peer *rpc_peer_new(const struct seal_ring *ring,
			      const char *service, const char *url);
void rpc_peer_free(struct rpc_peer *peer);

struct rpc_options {
	int64_t timeout_us;      /* of the whole call; 0: 5 s */
	int64_t try_timeout_us;  /* of one try; 0: 1 s */
	const void *credential;  /* a person's token, or NULL */
	size_t credential_length;
	const uint8_t *request_id; /* NULL: a new one */
	const char *trace;       /* carried into the peer's log; NULL: none */
	const char *origin;      /* where the user sits; NULL: unknown */
};

/*
 * Call method ("PutHub") with one message. On OK *reply is in the arena;
 * otherwise error says what the peer said, or how the call failed:
 *     UNAVAILABLE      not executed: no replica could be reached
 *     UNCERTAIN        sent but not answered: perhaps executed
 *     OVERLOADED       not sent: 256 calls to this peer are in flight
 *     INVALID          not sent: larger than 4 MiB
 *     UNAUTHENTICATED  not sent: no key of that service
 * CONFLICT may come with *reply set: the current state.
 */
enum status rpc_call(struct rpc_peer *peer, const char *method,
		     const ProtobufCMessage *request,
		     const message_type *reply_type, struct arena *arena,
		     const struct rpc_options *options,
		     ProtobufCMessage **reply, struct error *error);

/* One answer of a batch. */
struct rpc_result {
	struct error error;
	ProtobufCMessage *reply; /* NULL unless there is a body */
};

/* The same method for many messages in one envelope: how imports run. A status
 * other than OK is the envelope's; results then are not set. */
enum status rpc_call_many(struct rpc_peer *peer, const char *method,
			  size_t count, ProtobufCMessage *const requests[],
			  const message_type *reply_type, struct arena *arena,
			  const struct rpc_options *options,
			  struct rpc_result results[], struct error *error);

/*
 * Asynchronous form: rpc_send returns a handle at once, rpc_wait blocks for
 * the answer and ends the handle, which lives in the arena; every handle must
 * be waited for. The arena must not be reset between. While no replica is
 * connected nothing goes out before rpc_wait. A call counts as its endpoint's
 * load until it is waited for.
 */
struct rpc_pending;
struct rpc_pending *rpc_send(struct rpc_peer *peer, const char *method,
			     size_t count, ProtobufCMessage *const requests[],
			     struct arena *arena,
			     const struct rpc_options *options);
enum status rpc_wait(struct rpc_pending *pending,
		     const message_type *reply_type, struct arena *arena,
		     struct rpc_result results[], struct error *error);

/*
 * True once nng's reaper thread hangs (a fault of 1.5.2 that a peer's death
 * under load can cause; rpc_endpoint.c has the story). Everything goes on
 * working, but every connection that ends leaks its descriptor and nng_close
 * does not return: restart the process at leisure, and end it without
 * nng_close.
 */
bool rpc_stuck(void);

/* For /metrics and tests. */
struct rpc_peer_stats {
	int endpoints, ejected;
	uint64_t calls, retries, timeouts, redials;
};
struct rpc_peer_stats rpc_peer_stats(const struct rpc_peer *peer);

#endif
