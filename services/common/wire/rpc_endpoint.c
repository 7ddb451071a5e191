/*
 * One address of a peer: a REQ socket with one dialer and many contexts.
 *
 * The settings answer nng 1.5.2's dangerous defaults: no silent resend (it
 * executes a command twice), a bound on what is received, keep-alive, and a
 * dial that does not block. A dialer can die for good (FIN and RST during the
 * negotiation), and only the absence of a pipe shows it.
 */
#include <assert.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/wire/rpc_private.h"

#define RECONNECT_MIN_MS 50
#define RECONNECT_MAX_MS 1000

static void must(int rv, const char *what)
{
	if (rv != 0)
		log_fatal("nng fails", "call", what, "error", nng_strerror(rv),
			  NULL);
}

/* A pipe passes ADD_PRE, ADD_POST, REM_POST; but REM_POST may overtake
 * ADD_POST, and a pipe of the wrong protocol never gets ADD_POST. So the id
 * says whose event it is. */
static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	struct rpc_endpoint *endpoint = arg;
	struct rpc_peer *peer = endpoint->peer;
	int id = nng_pipe_id(pipe);

	pthread_mutex_lock(&peer->lock);
	if (event == NNG_PIPE_EV_ADD_PRE) {
		endpoint->pipe = id;
		endpoint->connected = false;
	} else if (endpoint->pipe == id && event == NNG_PIPE_EV_ADD_POST) {
		endpoint->connected = true;
		endpoint->draining = false;
		/* Perhaps a new process: see at once whether it is well. */
		endpoint->probe_at_us = 0;
		pthread_cond_broadcast(&peer->changed);
	} else if (endpoint->pipe == id) {
		endpoint->pipe = 0;
		endpoint->connected = false;
		endpoint->lost_at_us = clock_monotonic();
	}
	pthread_mutex_unlock(&peer->lock);
}

/*
 * nng may never say that a pipe is gone: one thread of it closes all pipes of
 * the process, and that thread can wait for ever (a pipe closed between two
 * parts of a large message loses the second's callback). A new dialer works
 * all the same, so what matters here is only not to wait for REM_POST.
 */
void rpc_endpoint_drop(struct rpc_endpoint *endpoint)
{
	endpoint->pipe = 0;
	endpoint->connected = false;
	endpoint->lost_at_us = INT64_MIN / 2;
}

static void dial(struct rpc_endpoint *endpoint)
{
	nng_dialer *dialer = &endpoint->dialer;
	int rv = nng_dialer_create(dialer, endpoint->socket, endpoint->url);

	if (rv != 0) {
		log_line(LOG_ERROR, "cannot dial", "url", endpoint->url,
			 "error", nng_strerror(rv), NULL);
		return;
	}
	nng_dialer_set_ms(*dialer, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
	nng_dialer_set_ms(*dialer, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
	/* Only tcp knows it. */
	nng_dialer_set_bool(*dialer, NNG_OPT_TCP_KEEPALIVE, true);
	rv = nng_dialer_start(*dialer, NNG_FLAG_NONBLOCK);
	if (rv != 0)
		log_line(LOG_ERROR, "cannot dial", "url", endpoint->url,
			 "error", nng_strerror(rv), NULL);
}

struct rpc_endpoint *rpc_endpoint_open(struct rpc_peer *peer, const char *url,
				       uint64_t serial)
{
	struct rpc_endpoint *endpoint = calloc(1, sizeof(*endpoint));

	if (endpoint == NULL)
		abort();
	endpoint->peer = peer;
	endpoint->serial = serial;
	endpoint->lost_at_us = clock_monotonic();
	snprintf(endpoint->url, sizeof(endpoint->url), "%s", url);
	nng_socket *socket = &endpoint->socket;
	must(nng_req0_open(socket), "nng_req0_open");
	must(nng_socket_set_ms(*socket, NNG_OPT_REQ_RESENDTIME,
			       NNG_DURATION_INFINITE), NNG_OPT_REQ_RESENDTIME);
	must(nng_socket_set_size(*socket, NNG_OPT_RECVMAXSZ, RPC_SIZE_MAX),
	     NNG_OPT_RECVMAXSZ);
	for (nng_pipe_ev event = NNG_PIPE_EV_ADD_PRE;
	     event <= NNG_PIPE_EV_REM_POST; event++)
		must(nng_pipe_notify(*socket, event, on_pipe, endpoint),
		     "nng_pipe_notify");
	dial(endpoint);
	return endpoint;
}

void rpc_endpoint_redial(struct rpc_endpoint *endpoint)
{
	nng_dialer_close(endpoint->dialer);
	dial(endpoint);
}

void rpc_endpoint_close(struct rpc_endpoint *endpoint)
{
	struct rpc_slot *slot = endpoint->idle;

	assert(endpoint->outstanding == 0);
	while (slot != NULL) {
		struct rpc_slot *next = slot->next;

		nng_ctx_close(slot->ctx);
		nng_aio_free(slot->aio);
		free(slot);
		slot = next;
	}
	nng_close(endpoint->socket);
	free(endpoint);
}

struct rpc_slot *rpc_slot_new(struct rpc_endpoint *endpoint)
{
	struct rpc_slot *slot = calloc(1, sizeof(*slot));

	if (slot == NULL)
		abort();
	must(nng_ctx_open(&slot->ctx, endpoint->socket), "nng_ctx_open");
	/* No callback: completion only wakes the thread that waits. */
	must(nng_aio_alloc(&slot->aio, NULL, NULL), "nng_aio_alloc");
	return slot;
}
