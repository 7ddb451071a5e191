/*
 * follower: a thread for each service that is followed. It looks when the
 * doorbell rings, and every second anyway.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "services/common/base/log.h"
#include "services/common/run/doorbell.h"
#include "services/common/run/private.h"

#define LOOK_US CLOCK_SECOND
#define ASK_TIMEOUT_US (3 * CLOCK_SECOND)
#define FOLLOWER_ARENA (64u << 10)

struct follower {
	struct service_run *run;
	const struct peer *peer;
	struct doorbell *doorbell;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t rung;
	bool due[FOLLOWS_MAX], any;
	atomic_bool stop; /* looked at between feeds: a peer may be silent */
};

struct followers {
	struct follower *list[PEERS_MAX];
	int count;
};

/* Is row i of the table one of this thread's? */
static bool is_mine(const struct follower *follower, int i)
{
	return !strcmp(follower->run->service->follows[i].service,
		       follower->peer->service);
}

static void heard(void *context, const Rpc__Doorbell *bell)
{
	struct follower *follower = context;
	const struct follow *follow = follower->run->service->follows;

	for (int i = 0; follow[i].service; i++) {
		struct follow_state *state = &follower->run->follow_states[i];

		if (!is_mine(follower, i) || strcmp(follow[i].feed, bell->feed))
			continue;
		atomic_store(&state->rung_seq, bell->seq);
		if (bell->seq == atomic_load(&state->seq))
			continue;
		pthread_mutex_lock(&follower->lock);
		follower->due[i] = follower->any = true;
		pthread_cond_signal(&follower->rung);
		pthread_mutex_unlock(&follower->lock);
	}
}

static enum status ask(void *context, const Rpc__ChangesRequest *request,
		       struct arena *arena, Rpc__ChangesReply **reply,
		       struct error *error)
{
	const struct follower *follower = context;
	static const struct rpc_options options = {
		.timeout_us = ASK_TIMEOUT_US
	};

	return rpc_call(follower->peer->rpc, "Changes", &request->base,
			&rpc__changes_reply__descriptor, arena, &options,
			(ProtobufCMessage **)reply, error);
}

static void note(struct follow_state *state, enum status status,
		 const struct feed_progress *progress)
{
	if (status != STATUS_OK) {
		atomic_store(&state->problem, status_name(status));
		return;
	}
	atomic_store(&state->problem, "");
	atomic_store(&state->succeeded_at_us, clock_monotonic());
	if (progress->applied < 0)
		return;
	atomic_store(&state->seq, progress->seq);
	atomic_store(&state->head_seq, progress->head_seq);
}

static void catch_up(struct follower *follower, int i, struct sql *sql,
		     struct arena *arena)
{
	struct follow_state *state = &follower->run->follow_states[i];
	struct feed_progress progress = { 0 };
	struct error error = { STATUS_OK, "", "" };
	enum status status;

	do {
		arena_reset(arena);
		status = feed_follow(sql, &follower->run->service->follows[i],
				     ask, follower, arena, &progress, &error);
		/* First the bell: who sees this follow level must also see
		 * that changes of its own wait for their positions. */
		if (progress.applied > 0)
			publisher_wake(follower->run->publisher);
		note(state, status, &progress);
	} while (status == STATUS_OK && progress.more && !follower->stop);
	if (status != STATUS_OK)
		log_line(LOG_WARN, "follow failed", "service",
			 follower->run->service->follows[i].service, "feed",
			 follower->run->service->follows[i].feed, "status",
			 status_name(status), "why", error.message, NULL);
}

/* What is due now: what was rung for, or after a second everything. */
static bool wait_for_bell(struct follower *follower, bool due[FOLLOWS_MAX])
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LOOK_US / CLOCK_SECOND;
	pthread_mutex_lock(&follower->lock);
	while (!follower->any && !follower->stop &&
	       pthread_cond_timedwait(&follower->rung, &follower->lock,
				      &until) != ETIMEDOUT)
		;
	for (int i = 0; i < FOLLOWS_MAX; i++) {
		due[i] = !follower->any || follower->due[i];
		follower->due[i] = false;
	}
	follower->any = false;
	stop = follower->stop;
	pthread_mutex_unlock(&follower->lock);
	return !stop;
}

static void *follower_main(void *arg)
{
	struct follower *follower = arg;
	const struct follow *follow = follower->run->service->follows;
	struct sql *sql = service_sql(follower->run, "follower");
	struct arena *arena = arena_new(FOLLOWER_ARENA);
	bool due[FOLLOWS_MAX];

	while (wait_for_bell(follower, due)) {
		for (int i = 0; follow[i].service && !follower->stop; i++)
			if (due[i] && is_mine(follower, i))
				catch_up(follower, i, sql, arena);
		if (follower->doorbell)
			doorbell_check(follower->doorbell);
	}
	arena_free(arena);
	sql_close(sql);
	return NULL;
}

static bool follows(const struct service *service, const char *peer)
{
	for (const struct follow *f = service->follows; f && f->service; f++)
		if (!strcmp(f->service, peer))
			return true;
	return false;
}

static struct follower *follower_start(struct service_run *run,
				       const struct peer *peer)
{
	struct follower *follower = calloc(1, sizeof(*follower));

	if (!follower)
		log_fatal("out of memory", NULL);
	follower->run = run;
	follower->peer = peer;
	pthread_mutex_init(&follower->lock, NULL);
	pthread_cond_init(&follower->rung, NULL);
	if (*peer->news_url)
		follower->doorbell =
			doorbell_open(peer->news_url, heard, follower);
	follower->thread = service_thread("follower", follower_main, follower);
	return follower;
}

struct followers *followers_start(struct service_run *run)
{
	struct followers *followers = calloc(1, sizeof(*followers));

	if (!followers)
		log_fatal("out of memory", NULL);
	for (int i = 0; i < FOLLOWS_MAX; i++)
		atomic_store(&run->follow_states[i].problem, "");
	for (int i = 0; i < run->peer_count; i++)
		if (follows(run->service, run->peers[i].service))
			followers->list[followers->count++] =
				follower_start(run, &run->peers[i]);
	return followers;
}

static void follower_tell(struct follower *follower)
{
	pthread_mutex_lock(&follower->lock);
	follower->stop = true;
	pthread_cond_signal(&follower->rung);
	pthread_mutex_unlock(&follower->lock);
}

static void follower_end(struct follower *follower)
{
	pthread_join(follower->thread, NULL);
	if (follower->doorbell)
		doorbell_close(follower->doorbell);
	pthread_mutex_destroy(&follower->lock);
	pthread_cond_destroy(&follower->rung);
	free(follower);
}

void followers_stop(struct followers *followers)
{
	for (int i = 0; i < followers->count; i++)
		follower_tell(followers->list[i]);
	for (int i = 0; i < followers->count; i++)
		follower_end(followers->list[i]);
	free(followers);
}
