/*
 * One address of a peer: a REQ socket with one dialer and many contexts.
 *
 * The settings answer nng 1.5.2's dangerous defaults: no silent resend (it
 * executes a command twice), a bound on what is received, keep-alive, and a
 * dial that does not block. Two of its faults need watching:
 *
 * A dialer dies for good when a connection ends with FIN and RST during the
 * negotiation. Only the absence of a pipe shows it; a new dialer helps.
 *
 * One thread of nng, the reaper, ends all pipes, dialers and sockets of the
 * process, and it can hang for good: a pipe that is closed while its next read
 * or write is being begun loses that operation's completion, for which the
 * reaper then waits (measured: once in some ten kill -9 of a server under full
 * load). Then no end of a pipe is announced, no dialer dials again by itself
 * and nng_close does not return. But new dialers and pipes work. So a lost
 * request is believed to be the end of its pipe, dialling anew is ours then,
 * and sockets are closed by a thread that nobody waits for long.
 */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/wire/rpc_private.h"

#define RECONNECT_MIN_MS 50
#define RECONNECT_MAX_MS 1000

/* A dialer that lives connects or tries again within a second, so three
 * without a pipe mean that it is dead or that nobody is there: a new one does
 * no harm in either case. After a loss one is made sooner, in case the reaper
 * hangs; when it does, closed dialers leak. */
#define REDIAL_US (3 * CLOCK_SECOND)
#define REDIAL_LOST_US (3 * CLOCK_SECOND / 10) /* first time after a loss */
#define REDIAL_STUCK_US (30 * CLOCK_SECOND)
#define BURY_US CLOCK_SECOND
#define CLOSE_US (2 * CLOCK_SECOND)

static atomic_bool stuck; /* the reaper hangs */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t done;
} closing = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER };

bool rpc_stuck(void)
{
	return atomic_load(&stuck);
}

static void note_stuck(const char *url)
{
	if (!atomic_exchange(&stuck, true))
		log_line(LOG_ERROR, "nng no longer ends connections: they leak "
				    "until this process is restarted", "url",
			 url, NULL);
}

static void must(int rv, const char *what)
{
	if (rv != 0)
		log_fatal("nng fails", "call", what, "error", nng_strerror(rv),
			  NULL);
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
	} else if (event == NNG_PIPE_EV_REM_POST) {
		if (endpoint->pipe == id)
			rpc_endpoint_lost(endpoint);
		if (endpoint->unburied == id)
			endpoint->unburied = 0;
	}
	pthread_mutex_unlock(&peer->lock);
}

void rpc_endpoint_lost(struct rpc_endpoint *endpoint)
{
	int64_t now_us = clock_monotonic();

	endpoint->unburied = endpoint->pipe;
	endpoint->bury_by_us = now_us + BURY_US;
	endpoint->pipe = 0;
	endpoint->connected = false;
	endpoint->redial_at_us = now_us + (rpc_stuck() ? 0 : REDIAL_LOST_US);
}

void rpc_endpoint_drop(struct rpc_endpoint *endpoint)
{
	rpc_endpoint_lost(endpoint);
	endpoint->bury_by_us = INT64_MAX; /* nng does not know of it yet */
	endpoint->redial_at_us = 0;
}

void rpc_endpoint_watch(struct rpc_endpoint *endpoint)
{
	struct rpc_peer *peer = endpoint->peer;
	int64_t now_us = clock_monotonic();

	pthread_mutex_lock(&peer->lock);
	if (endpoint->unburied != 0 && now_us >= endpoint->bury_by_us) {
		endpoint->unburied = 0;
		endpoint->redial_at_us = now_us;
		note_stuck(endpoint->url);
	}
	bool redial = !endpoint->connected && !endpoint->gone &&
		      now_us >= endpoint->redial_at_us;
	if (redial) {
		endpoint->redial_at_us =
			now_us + (rpc_stuck() ? REDIAL_STUCK_US : REDIAL_US);
		if (endpoint->bury_by_us == INT64_MAX)
			endpoint->bury_by_us = now_us + BURY_US;
		peer->redials++;
	}
	pthread_mutex_unlock(&peer->lock);
	if (!redial)
		return;
	nng_dialer_close(endpoint->dialer);
	dial(endpoint);
}

struct rpc_endpoint *rpc_endpoint_open(struct rpc_peer *peer, const char *url,
				       uint64_t serial)
{
	struct rpc_endpoint *endpoint = calloc(1, sizeof(*endpoint));

	if (endpoint == NULL)
		abort();
	endpoint->peer = peer;
	endpoint->serial = serial;
	endpoint->redial_at_us = clock_monotonic() + REDIAL_US;
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

static void *close_socket(void *arg)
{
	struct rpc_endpoint *endpoint = arg;

	nng_close(endpoint->socket);
	pthread_mutex_lock(&closing.lock);
	endpoint->closed = true;
	pthread_cond_broadcast(&closing.done);
	pthread_mutex_unlock(&closing.lock);
	return NULL;
}

static bool wait_closed(struct rpc_endpoint *endpoint)
{
	struct timespec until;
	int rv = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_US / CLOCK_SECOND;
	pthread_mutex_lock(&closing.lock);
	while (!endpoint->closed && rv == 0)
		rv = pthread_cond_timedwait(&closing.done, &closing.lock,
					    &until);
	bool closed = endpoint->closed;
	pthread_mutex_unlock(&closing.lock);
	return closed;
}

void rpc_endpoint_close(struct rpc_endpoint *endpoint)
{
	struct rpc_slot *slot = endpoint->idle;
	pthread_t closer;

	assert(endpoint->outstanding == 0);
	while (slot != NULL) {
		struct rpc_slot *next = slot->next;

		nng_ctx_close(slot->ctx);
		nng_aio_free(slot->aio);
		free(slot);
		slot = next;
	}
	if (rpc_stuck() ||
	    pthread_create(&closer, NULL, close_socket, endpoint) != 0)
		return;
	if (wait_closed(endpoint)) {
		pthread_join(closer, NULL);
		free(endpoint);
	} else {
		pthread_detach(closer);
		note_stuck(endpoint->url);
	}
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
