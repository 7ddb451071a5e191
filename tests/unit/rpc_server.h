/*
 * rpc_server: a small service for the tests of the rpc client. It listens in
 * the test's own process, opens the seal, notes what it was asked, and answers
 * in the way that the test sets, also badly.
 *
 * Any thread may call these. Serving happens in nng's threads. It knows the
 * requests it saw by their ids, in order; Health is answered but not noted,
 * so that the client's probes do not disturb a count.
 */
#ifndef ECHO_TESTS_UNIT_RPC_SERVER_H
#define ECHO_TESTS_UNIT_RPC_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "services/common/wire/seal.h"

enum serve {
	SERVE_ECHO,      /* each body is its own answer */
	SERVE_STATUS,    /* the envelope is refused with the status */
	SERVE_RESULT,    /* each result has the status, and its body */
	SERVE_DRAINING,  /* echo, and about to stop */
	SERVE_SILENCE,   /* never answer, not even Health */
	SERVE_GARBAGE,   /* an answer without a seal */
	SERVE_OLD_REPLY, /* the sealed answer to an earlier request */
	SERVE_SHORT,     /* one result too few */
};

#define RPC_SERVER_IDS 4096

/* Fresh keys: the ring of "registry", which serves, and that of "superhub",
 * which calls. */
void rpc_server_rings(struct seal_ring **registry, struct seal_ring **superhub);
/* Frees both, and ends nng, which otherwise still holds at exit what it closes
 * in the background. Everything else must be closed before. */
void rpc_server_end(struct seal_ring *registry, struct seal_ring *superhub);

struct rpc_server;

/* url may have port 0. Aborts when it cannot listen. */
struct rpc_server *rpc_server_new(const struct seal_ring *ring,
				  const char *url);
/* Closes the connections at once, as a crash would. */
void rpc_server_free(struct rpc_server *server);

const char *rpc_server_url(const struct rpc_server *server);
void rpc_server_serve(struct rpc_server *server, enum serve serve,
		      enum status status, int delay_ms);

/* How many requests came so far. */
size_t rpc_server_seen(struct rpc_server *server);
/* Block until there were that many; false after 10 s. */
bool rpc_server_wait(struct rpc_server *server, size_t seen);
/* Was this request among them? */
bool rpc_server_saw(struct rpc_server *server, const uint8_t id[ID_BYTES]);
/* The last request's method, trace and credential as text with | between. */
void rpc_server_last(struct rpc_server *server, char text[200]);
int64_t rpc_server_last_deadline_us(struct rpc_server *server);

#endif
