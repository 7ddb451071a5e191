/*
 * rpc_private: what the files of the rpc client share. Nobody else includes
 * this.
 *
 *   rpc.c           calls: build, send, wait, try again, decode
 *   rpc_balance.c   which endpoint, and what an outcome means for it
 *   rpc_peer.c      a peer's life and its keeper thread
 *   rpc_endpoint.c  one address: socket, dialer, contexts
 *   rpc_resolve.c   from a url to addresses
 *
 * One lock per peer guards everything that is marked so below. It is never
 * held over a call into nng that waits for callbacks (nng_close), because the
 * pipe callbacks take it.
 */
#ifndef ECHO_WIRE_RPC_PRIVATE_H
#define ECHO_WIRE_RPC_PRIVATE_H

#include <pthread.h>

#include <nng/nng.h>

#include "services/common/wire/rpc.h"

#define RPC_SIZE_MAX (4 * 1024 * 1024)
#define RPC_IN_FLIGHT_MAX 256
#define RPC_TRIES_MAX 3
#define RPC_ENDPOINTS_MAX 64
#define RPC_URL_MAX 160

/* One call in flight on an endpoint: a context and its aio. Contexts are kept
 * and used again, since opening one costs more than a call. */
struct rpc_slot {
	nng_ctx ctx;
	nng_aio *aio;
	struct rpc_slot *next;
};

struct rpc_endpoint {
	struct rpc_peer *peer;
	char url[RPC_URL_MAX];
	uint64_t serial;   /* never used twice by a peer */
	nng_socket socket;
	nng_dialer dialer; /* the keeper's */
	/* The rest is guarded by the peer's lock. */
	struct rpc_slot *idle;
	int outstanding;     /* slots in use; not closed before it is 0 */
	int pipe;            /* the connection's id, 0: none */
	bool connected;      /* the pipe is ready for requests */
	int64_t redial_at_us; /* while not connected: when to dial anew */
	int unburied;        /* a pipe that ended, until nng says so; or 0 */
	int64_t bury_by_us;  /* when nng should have */
	int timeouts;        /* one after the other */
	bool ejected;        /* last resort until a probe succeeds */
	int64_t probe_at_us;
	int64_t eject_us;    /* how long until the next probe */
	bool draining;       /* said that it is about to stop */
	bool gone;           /* no longer resolved: close when unused */
	bool closed;         /* guarded by a lock of rpc_endpoint.c */
};

struct rpc_peer {
	const struct seal_ring *ring;
	char service[SEAL_NAME_MAX];
	char *url;
	pthread_t keeper;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* an endpoint connected, or stopping */
	/* The rest is guarded by the lock. */
	bool stopping;
	size_t count;
	struct rpc_endpoint *endpoints[RPC_ENDPOINTS_MAX];
	uint64_t serial;
	int in_flight;
	int budget;      /* of retries, in thousandths */
	uint32_t random;
	uint64_t calls, retries, timeouts, redials;
};

/* Which endpoint may take a try. */
enum rpc_pick {
	RPC_PICK_ANY,   /* the best there is; wait for one to connect */
	RPC_PICK_OTHER, /* a healthy one not tried by this call, or none */
};

/* What became of a try; how the endpoint is judged by it. */
enum rpc_outcome {
	RPC_ANSWERED,
	RPC_DRAINING, /* answered, and about to stop */
	RPC_LOST,     /* the connection went */
	RPC_TIMED_OUT,
	RPC_NOT_TAKEN, /* timed out before the connection took the request */
	RPC_REFUSED,  /* an answer whose seal does not hold */
};

/* A call between rpc_send and rpc_wait; lives in the caller's arena. */
struct rpc_pending {
	struct rpc_peer *peer;
	Rpc__Request request;
	uint8_t request_id[ID_BYTES];
	int64_t deadline_us; /* monotonic, like all times here */
	int64_t try_timeout_us;
	size_t tries;
	uint64_t tried[RPC_TRIES_MAX]; /* serials of endpoints */
	bool admitted;                 /* counted as in flight */
	bool uncertain;                /* a try may have been executed */
	struct error error;            /* what ends it, or the last failure */
	/* The try under way. */
	struct rpc_endpoint *endpoint; /* NULL: none */
	struct rpc_slot *slot;
	int pipe; /* that of the endpoint when it began */
	int64_t try_start_us, try_end_us;
};

/* rpc.c, also for the keeper's probes. */
void rpc_try_send(struct rpc_pending *pending);
enum rpc_outcome rpc_try_receive(struct rpc_pending *pending,
				 struct arena *arena, Rpc__Reply **reply);
void rpc_pending_init(struct rpc_pending *pending, struct rpc_peer *peer,
		      const char *method, const struct rpc_options *options);

/* rpc_balance.c */
void rpc_budget_fill(struct rpc_peer *peer);
/* Count a call in and out; false when too many are in flight. */
bool rpc_admit(struct rpc_peer *peer);
void rpc_leave(struct rpc_peer *peer);
/* Take an endpoint, a slot and a time limit for the next try; false when none
 * is to be had (RPC_PICK_ANY: before the deadline). */
bool rpc_take(struct rpc_pending *pending, enum rpc_pick pick, bool wait);
/* Take this endpoint, for a probe. */
bool rpc_take_endpoint(struct rpc_pending *pending,
		       struct rpc_endpoint *endpoint, int64_t limit_us);
/* Give the slot back and judge the endpoint. */
void rpc_give(struct rpc_pending *pending, enum rpc_outcome outcome);
/* Wait longer until the next probe, on a new connection. */
void rpc_probe_failed(struct rpc_endpoint *endpoint);
/* May this call have another try? Pays for it. */
bool rpc_may_retry(struct rpc_pending *pending);

/* rpc_endpoint.c */
struct rpc_endpoint *rpc_endpoint_open(struct rpc_peer *peer, const char *url,
				       uint64_t serial);
void rpc_endpoint_close(struct rpc_endpoint *endpoint);
struct rpc_slot *rpc_slot_new(struct rpc_endpoint *endpoint);
/* Under the peer's lock: the pipe has ended, though nng may never say so; the
 * pipe is to be ended by a new dialer. */
void rpc_endpoint_lost(struct rpc_endpoint *endpoint);
void rpc_endpoint_drop(struct rpc_endpoint *endpoint);
/* Keeper: a new dialer when it is due; look whether nng buries its dead. */
void rpc_endpoint_watch(struct rpc_endpoint *endpoint);

/* rpc_resolve.c */
struct rpc_addresses {
	size_t count;
	char urls[RPC_ENDPOINTS_MAX][RPC_URL_MAX];
	bool complete; /* false: a name did not resolve */
};
void rpc_resolve(const char *url, struct rpc_addresses *addresses);

#endif
