/*
 * Which endpoint takes a try, and what the outcome of one says about it.
 *
 * Ranks: a healthy endpoint before one that drains, before one that this call
 * has tried, before one that is ejected; within the best rank the less loaded
 * of two at random. An ejected endpoint is used when there is nothing else,
 * since a slow answer beats none.
 *
 * A try that has an alternative is given up early; one that has none waits
 * until the call's deadline, because giving up would only lose its answer.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/wire/rpc_private.h"

#define EJECT_TIMEOUTS 3
#define EJECT_US (5 * CLOCK_SECOND)
#define EJECT_MAX_US (40 * CLOCK_SECOND)
/* A caller in a hurry says nothing about the endpoint. */
#define TIMEOUT_COUNTS_US (CLOCK_SECOND / 50)
/* With less time than this left another try is only load. */
#define RETRY_MIN_US (CLOCK_SECOND / 500)

/* A call earns a tenth of a retry. So many can be saved up, and are at first,
 * that the death of a replica with all calls in its hands fails none. */
#define BUDGET_CALL 100
#define BUDGET_RETRY 1000
#define BUDGET_MAX (RPC_IN_FLIGHT_MAX * BUDGET_RETRY)

enum rank { RANK_DRAINING = 1, RANK_TRIED = 2, RANK_EJECTED = 4, RANK_NO = 8 };

void rpc_budget_fill(struct rpc_peer *peer)
{
	peer->budget = BUDGET_MAX;
}

bool rpc_admit(struct rpc_peer *peer)
{
	pthread_mutex_lock(&peer->lock);
	bool admitted = peer->in_flight < RPC_IN_FLIGHT_MAX;
	peer->calls++;
	if (admitted) {
		peer->in_flight++;
		peer->budget += BUDGET_CALL;
		if (peer->budget > BUDGET_MAX)
			peer->budget = BUDGET_MAX;
	}
	pthread_mutex_unlock(&peer->lock);
	return admitted;
}

void rpc_leave(struct rpc_peer *peer)
{
	pthread_mutex_lock(&peer->lock);
	peer->in_flight--;
	assert(peer->in_flight >= 0);
	pthread_mutex_unlock(&peer->lock);
}

/* xorshift: chance is all that is needed here. */
static size_t random_below(struct rpc_peer *peer, size_t bound)
{
	peer->random ^= peer->random << 13;
	peer->random ^= peer->random >> 17;
	peer->random ^= peer->random << 5;
	return peer->random % bound;
}

static bool has_tried(const struct rpc_pending *pending,
		      const struct rpc_endpoint *endpoint)
{
	for (size_t i = 0; i < pending->tries; i++)
		if (pending->tried[i] == endpoint->serial)
			return true;
	return false;
}

static unsigned rank_of(const struct rpc_pending *pending,
			const struct rpc_endpoint *endpoint)
{
	unsigned rank = 0;

	if (!endpoint->connected || endpoint->gone)
		return RANK_NO;
	rank |= endpoint->draining ? RANK_DRAINING : 0;
	rank |= has_tried(pending, endpoint) ? RANK_TRIED : 0;
	rank |= endpoint->ejected ? RANK_EJECTED : 0;
	return rank;
}

/* The best endpoint of rank below limit; *others: how many more there are
 * that a retry could go to. */
static struct rpc_endpoint *choose(struct rpc_pending *pending, unsigned limit,
				   size_t *others)
{
	struct rpc_peer *peer = pending->peer;
	struct rpc_endpoint *best[RPC_ENDPOINTS_MAX];
	unsigned best_rank = limit;
	size_t count = 0;

	*others = 0;
	for (size_t i = 0; i < peer->count; i++) {
		unsigned rank = rank_of(pending, peer->endpoints[i]);

		*others += rank < RANK_TRIED;
		if (rank < best_rank) {
			best_rank = rank;
			count = 0;
		}
		if (rank == best_rank && rank < limit)
			best[count++] = peer->endpoints[i];
	}
	if (count == 0)
		return NULL;
	*others -= best_rank < RANK_TRIED;
	size_t one = random_below(peer, count);
	size_t two = count == 1 ? one : random_below(peer, count - 1);
	two += count > 1 && two >= one;
	return best[one]->outstanding <= best[two]->outstanding ? best[one]
								 : best[two];
}

static void wait_until(struct rpc_peer *peer, int64_t until_us)
{
	struct timespec until = {
		.tv_sec = (time_t)(until_us / CLOCK_SECOND),
		.tv_nsec = (long)(until_us % CLOCK_SECOND) * 1000,
	};

	pthread_cond_timedwait(&peer->changed, &peer->lock, &until);
}

static void begin(struct rpc_pending *pending, struct rpc_endpoint *endpoint,
		  int64_t now_us, int64_t limit_us)
{
	struct rpc_slot *slot = endpoint->idle;

	if (slot != NULL)
		endpoint->idle = slot->next;
	endpoint->outstanding++;
	pending->endpoint = endpoint;
	pending->slot = slot;
	pending->pipe = endpoint->pipe;
	pending->try_start_us = now_us;
	pending->try_end_us = now_us + limit_us;
	assert(pending->tries < RPC_TRIES_MAX);
	pending->tried[pending->tries++] = endpoint->serial;
}

static int64_t limit_of(const struct rpc_pending *pending, int64_t now_us,
			size_t others)
{
	int64_t remaining_us = pending->deadline_us - now_us;
	bool last = pending->tries + 1 == RPC_TRIES_MAX ||
		    pending->peer->budget < BUDGET_RETRY;

	if (others == 0 || last)
		return remaining_us;
	return remaining_us / 2 < pending->try_timeout_us
		       ? remaining_us / 2
		       : pending->try_timeout_us;
}

bool rpc_take(struct rpc_pending *pending, enum rpc_pick pick, bool wait)
{
	struct rpc_peer *peer = pending->peer;
	unsigned limit = pick == RPC_PICK_ANY ? RANK_NO : RANK_TRIED;
	struct rpc_endpoint *endpoint = NULL;
	size_t others = 0;
	int64_t now_us;

	pthread_mutex_lock(&peer->lock);
	for (;;) {
		now_us = clock_monotonic();
		if (now_us >= pending->deadline_us)
			break;
		endpoint = choose(pending, limit, &others);
		if (endpoint != NULL || !wait)
			break;
		wait_until(peer, pending->deadline_us);
	}
	if (endpoint != NULL)
		begin(pending, endpoint, now_us,
		      limit_of(pending, now_us, others));
	pthread_mutex_unlock(&peer->lock);
	if (endpoint != NULL && pending->slot == NULL)
		pending->slot = rpc_slot_new(endpoint);
	return endpoint != NULL;
}

bool rpc_take_endpoint(struct rpc_pending *pending,
		       struct rpc_endpoint *endpoint, int64_t limit_us)
{
	pthread_mutex_lock(&pending->peer->lock);
	bool connected = endpoint->connected;
	if (connected)
		begin(pending, endpoint, clock_monotonic(), limit_us);
	pthread_mutex_unlock(&pending->peer->lock);
	if (connected && pending->slot == NULL)
		pending->slot = rpc_slot_new(endpoint);
	return connected;
}

static void note_answer(struct rpc_endpoint *endpoint, bool draining)
{
	if (endpoint->ejected)
		log_line(LOG_INFO, "endpoint is back", "peer",
			 endpoint->peer->service, "url", endpoint->url, NULL);
	endpoint->timeouts = 0;
	endpoint->ejected = false;
	endpoint->eject_us = 0;
	endpoint->draining = draining;
}

static void note_timeout(struct rpc_endpoint *endpoint, int64_t waited_us,
			 bool taken)
{
	endpoint->peer->timeouts++;
	if (waited_us < TIMEOUT_COUNTS_US)
		return;
	endpoint->timeouts++;
	bool often = endpoint->timeouts >= EJECT_TIMEOUTS;
	if (!taken && endpoint->connected && (often || rpc_stuck()))
		rpc_endpoint_drop(endpoint);
	if (!often || endpoint->ejected)
		return;
	endpoint->ejected = true;
	endpoint->eject_us = EJECT_US;
	endpoint->probe_at_us = clock_monotonic() + EJECT_US;
	log_line(LOG_WARN, "endpoint does not answer", "peer",
		 endpoint->peer->service, "url", endpoint->url, NULL);
}

/* Not only the replica may be at fault but also the way to it, say a host
 * that vanished and came back; hence the new connection. */
void rpc_probe_failed(struct rpc_endpoint *endpoint)
{
	struct rpc_peer *peer = endpoint->peer;

	pthread_mutex_lock(&peer->lock);
	if (endpoint->connected)
		rpc_endpoint_drop(endpoint);
	endpoint->eject_us *= 2;
	if (endpoint->eject_us > EJECT_MAX_US)
		endpoint->eject_us = EJECT_MAX_US;
	endpoint->probe_at_us = clock_monotonic() + endpoint->eject_us;
	pthread_mutex_unlock(&peer->lock);
}

void rpc_give(struct rpc_pending *pending, enum rpc_outcome outcome)
{
	struct rpc_endpoint *endpoint = pending->endpoint;
	struct rpc_peer *peer = pending->peer;
	int64_t waited_us = clock_monotonic() - pending->try_start_us;

	pthread_mutex_lock(&peer->lock);
	pending->slot->next = endpoint->idle;
	endpoint->idle = pending->slot;
	endpoint->outstanding--;
	assert(endpoint->outstanding >= 0);
	if (outcome == RPC_ANSWERED || outcome == RPC_DRAINING)
		note_answer(endpoint, outcome == RPC_DRAINING);
	else if (outcome == RPC_TIMED_OUT || outcome == RPC_NOT_TAKEN)
		note_timeout(endpoint, waited_us, outcome == RPC_TIMED_OUT);
	else if (outcome == RPC_LOST && endpoint->pipe != 0 &&
		 endpoint->pipe == pending->pipe)
		rpc_endpoint_lost(endpoint);
	pthread_mutex_unlock(&peer->lock);
	pending->endpoint = NULL;
	pending->slot = NULL;
}

bool rpc_may_retry(struct rpc_pending *pending)
{
	struct rpc_peer *peer = pending->peer;
	bool may = false;

	if (pending->tries == RPC_TRIES_MAX ||
	    clock_monotonic() + RETRY_MIN_US > pending->deadline_us)
		return false;
	pthread_mutex_lock(&peer->lock);
	if (peer->budget >= BUDGET_RETRY) {
		peer->budget -= BUDGET_RETRY;
		peer->retries++;
		may = true;
	}
	pthread_mutex_unlock(&peer->lock);
	return may;
}
