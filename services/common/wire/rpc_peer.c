/*
 * A peer's life, and its keeper: the thread that resolves the peer's names,
 * replaces dialers that died and probes endpoints that were ejected.
 *
 * Only the keeper adds and removes endpoints, so it may look at them without
 * the lock; what the lock guards inside them it reads under the lock.
 */
#include <assert.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/wire/rpc_private.h"

#define TICK_US (CLOCK_SECOND / 4)
#define RESOLVE_US (5 * CLOCK_SECOND)
#define RESOLVE_AGAIN_US CLOCK_SECOND /* after a failure */
#define PROBE_US CLOCK_SECOND

struct keeper {
	struct rpc_peer *peer;
	struct arena *arena;
	int64_t resolve_at_us;
	bool complete; /* the last resolution was */
	struct rpc_addresses addresses;
};

static void endpoint_add(struct rpc_peer *peer, const char *url)
{
	struct rpc_endpoint *endpoint;

	if (peer->count == RPC_ENDPOINTS_MAX)
		return;
	endpoint = rpc_endpoint_open(peer, url, ++peer->serial);
	pthread_mutex_lock(&peer->lock);
	peer->endpoints[peer->count++] = endpoint;
	/* It may have connected before it could be chosen. */
	pthread_cond_broadcast(&peer->changed);
	pthread_mutex_unlock(&peer->lock);
	log_line(LOG_DEBUG, "endpoint added", "peer", peer->service, "url", url,
		 NULL);
}

static bool is_listed(const struct rpc_addresses *addresses, const char *url)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (strcmp(addresses->urls[i], url) == 0)
			return true;
	return false;
}

static bool has_endpoint(const struct rpc_peer *peer, const char *url)
{
	for (size_t i = 0; i < peer->count; i++)
		if (strcmp(peer->endpoints[i]->url, url) == 0)
			return true;
	return false;
}

/* When a name did not resolve, nothing goes: the last good set stands. */
static void resolve(struct keeper *keeper)
{
	struct rpc_peer *peer = keeper->peer;
	struct rpc_addresses *addresses = &keeper->addresses;

	rpc_resolve(peer->url, addresses);
	for (size_t i = 0; i < addresses->count; i++)
		if (!has_endpoint(peer, addresses->urls[i]))
			endpoint_add(peer, addresses->urls[i]);
	pthread_mutex_lock(&peer->lock);
	for (size_t i = 0; i < peer->count; i++) {
		struct rpc_endpoint *endpoint = peer->endpoints[i];

		if (is_listed(addresses, endpoint->url))
			endpoint->gone = false;
		else if (addresses->complete)
			endpoint->gone = true;
	}
	pthread_mutex_unlock(&peer->lock);
	if (!addresses->complete && keeper->complete)
		log_line(LOG_WARN, "name does not resolve", "peer",
			 peer->service, "url", peer->url, NULL);
	keeper->complete = addresses->complete;
	keeper->resolve_at_us =
		clock_monotonic() +
		(keeper->complete ? RESOLVE_US : RESOLVE_AGAIN_US);
}

static void close_gone(struct rpc_peer *peer)
{
	for (size_t i = peer->count; i-- > 0;) {
		struct rpc_endpoint *endpoint = peer->endpoints[i];

		pthread_mutex_lock(&peer->lock);
		bool unused = endpoint->gone && endpoint->outstanding == 0;
		if (unused)
			peer->endpoints[i] = peer->endpoints[--peer->count];
		pthread_mutex_unlock(&peer->lock);
		if (!unused)
			continue;
		log_line(LOG_DEBUG, "endpoint removed", "peer", peer->service,
			 "url", endpoint->url, NULL);
		rpc_endpoint_close(endpoint);
	}
}

static void probe(struct keeper *keeper, struct rpc_endpoint *endpoint)
{
	struct rpc_peer *peer = keeper->peer;
	struct rpc_options options = { .timeout_us = PROBE_US };
	struct rpc_pending pending;
	Rpc__Reply *reply = NULL;
	enum rpc_outcome outcome = RPC_TIMED_OUT;

	rpc_pending_init(&pending, peer, "Health", &options);
	ProtobufCBinaryData body = { .len = 0 };
	pending.request.n_body = 1;
	pending.request.body = &body;
	if (rpc_take_endpoint(&pending, endpoint, PROBE_US)) {
		rpc_try_send(&pending);
		outcome = rpc_try_receive(&pending, keeper->arena, &reply);
		rpc_give(&pending, outcome);
	}
	arena_reset(keeper->arena);
	if (outcome != RPC_ANSWERED && outcome != RPC_DRAINING)
		rpc_probe_failed(endpoint);
}

static void watch_ejected(struct keeper *keeper, struct rpc_endpoint *endpoint)
{
	struct rpc_peer *peer = keeper->peer;

	pthread_mutex_lock(&peer->lock);
	bool due = endpoint->ejected && endpoint->connected &&
		   clock_monotonic() >= endpoint->probe_at_us;
	pthread_mutex_unlock(&peer->lock);
	if (due)
		probe(keeper, endpoint);
}

/* False when the peer is to stop. */
static bool wait_tick(struct rpc_peer *peer)
{
	int64_t until_us = clock_monotonic() + TICK_US;
	struct timespec until = {
		.tv_sec = (time_t)(until_us / CLOCK_SECOND),
		.tv_nsec = (long)(until_us % CLOCK_SECOND) * 1000,
	};
	int rv = 0;

	pthread_mutex_lock(&peer->lock);
	while (!peer->stopping && rv == 0)
		rv = pthread_cond_timedwait(&peer->changed, &peer->lock,
					    &until);
	bool stopping = peer->stopping;
	pthread_mutex_unlock(&peer->lock);
	return !stopping;
}

static void *keep(void *arg)
{
	struct rpc_peer *peer = arg;
	struct keeper keeper = { .peer = peer,
				 .arena = arena_new(4096),
				 .complete = true };

	do {
		if (clock_monotonic() >= keeper.resolve_at_us)
			resolve(&keeper);
		close_gone(peer);
		for (size_t i = 0; i < peer->count; i++) {
			rpc_endpoint_watch(peer->endpoints[i]);
			watch_ejected(&keeper, peer->endpoints[i]);
		}
	} while (wait_tick(peer));
	arena_free(keeper.arena);
	return NULL;
}

static void init_lock(struct rpc_peer *peer)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&peer->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&peer->changed, &attributes);
	pthread_condattr_destroy(&attributes);
}

struct rpc_peer *rpc_peer_new(const struct seal_ring *ring,
			      const char *service, const char *url)
{
	struct rpc_peer *peer = calloc(1, sizeof(*peer));

	assert(strlen(service) < SEAL_NAME_MAX);
	if (peer == NULL)
		abort();
	peer->ring = ring;
	snprintf(peer->service, sizeof(peer->service), "%s", service);
	peer->url = strdup(url);
	peer->random = (uint32_t)clock_monotonic() | 1;
	rpc_budget_fill(peer);
	init_lock(peer);
	if (peer->url == NULL ||
	    pthread_create(&peer->keeper, NULL, keep, peer) != 0)
		abort();
	return peer;
}

void rpc_peer_free(struct rpc_peer *peer)
{
	if (peer == NULL)
		return;
	pthread_mutex_lock(&peer->lock);
	assert(peer->in_flight == 0);
	peer->stopping = true;
	pthread_cond_broadcast(&peer->changed);
	pthread_mutex_unlock(&peer->lock);
	pthread_join(peer->keeper, NULL);
	for (size_t i = 0; i < peer->count; i++)
		rpc_endpoint_close(peer->endpoints[i]);
	pthread_cond_destroy(&peer->changed);
	pthread_mutex_destroy(&peer->lock);
	free(peer->url);
	free(peer);
}

struct rpc_peer_stats rpc_peer_stats(const struct rpc_peer *peer)
{
	/* The lock is the one thing of a peer that reading it changes. */
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&peer->lock;
	struct rpc_peer_stats stats = { .endpoints = 0 };

	pthread_mutex_lock(lock);
	for (size_t i = 0; i < peer->count; i++) {
		stats.endpoints += !peer->endpoints[i]->gone;
		stats.ejected += peer->endpoints[i]->ejected;
	}
	stats.calls = peer->calls;
	stats.retries = peer->retries;
	stats.timeouts = peer->timeouts;
	stats.redials = peer->redials;
	pthread_mutex_unlock(lock);
	return stats;
}
