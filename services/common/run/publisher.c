/*
 * publisher: gives staged changes their positions and rings the doorbell. Runs
 * in every replica; a row lock lets one at a time do the work.
 *
 * The bell rings when positions moved, and again every half second for all
 * feeds, so that a lost ring or a dead pipe is noticed by its silence.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>

#include "services/common/base/log.h"
#include "services/common/run/private.h"

#define LOOK_US (200 * INT64_C(1000))
#define RING_US (500 * INT64_C(1000))
#define TOPIC_MAX 64
#define BELL_MAX 256

struct publisher {
	struct service_run *run;
	nng_socket socket;
	nng_listener listener;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool wake, stop;
	bool settled;           /* all that was staged before has its place */
	int64_t rung_us;
	int64_t head_seq;       /* of the schema, as this replica knows it */
	atomic_llong seqs[FEEDS_MAX]; /* of each feed, at least its last move */
};

/* Where the feeds stand, for Health. Another replica may have moved any. */
static void note_head(struct publisher *publisher, const Rpc__FeedHead *head)
{
	const struct feed *feed = publisher->run->service->feeds;
	bool ours = head->taken > 0;

	for (int i = 0; i < FEEDS_MAX && feed[i].name; i++) {
		bool moved = !ours && head->seq != publisher->head_seq;

		for (size_t j = 0; j < head->n_feeds; j++)
			moved = moved || !strcmp(head->feeds[j], feed[i].name);
		if (moved)
			atomic_store(&publisher->seqs[i], head->seq);
	}
	publisher->head_seq = head->seq;
}

static void ring(struct publisher *publisher, const char *feed,
		 const Rpc__FeedHead *head)
{
	Rpc__Doorbell bell = RPC__DOORBELL__INIT;
	uint8_t bytes[TOPIC_MAX + BELL_MAX];
	size_t topic = strlen(feed) + 1;

	bell.feed = (char *)(uintptr_t)feed;
	bell.epoch_id = head->epoch_id;
	bell.seq = head->seq;
	if (topic > TOPIC_MAX ||
	    protobuf_c_message_get_packed_size(&bell.base) > BELL_MAX)
		return;
	memcpy(bytes, feed, topic);
	topic += protobuf_c_message_pack(&bell.base, bytes + topic);
	nng_send(publisher->socket, bytes, topic, NNG_FLAG_NONBLOCK);
}

static void ring_moved(struct publisher *publisher, const Rpc__FeedHead *head)
{
	for (size_t i = 0; i < head->n_feeds; i++)
		ring(publisher, head->feeds[i], head);
}

static void ring_all(struct publisher *publisher, struct sql *sql,
		     struct arena *arena)
{
	const struct feed *feed = publisher->run->service->feeds;
	Rpc__FeedHead *head;
	struct error error;

	if (clock_monotonic() - publisher->rung_us < RING_US ||
	    feed_head(sql, arena, &head, &error) != STATUS_OK)
		return;
	publisher->rung_us = clock_monotonic();
	note_head(publisher, head);
	for (; feed->name; feed++)
		ring(publisher, feed->name, head);
}

/* Until nothing is staged any more; false when that is not known. */
static bool sequence(struct publisher *publisher, struct sql *sql,
		     struct arena *arena)
{
	Rpc__FeedHead *head;
	struct error error;

	do {
		arena_reset(arena);
		if (feed_sequence(sql, arena, &head, &error) != STATUS_OK)
			return false;
		if (head->taken >= 0)
			note_head(publisher, head);
		ring_moved(publisher, head);
	} while (head->taken > 0);
	return head->taken == 0;
}

static void note_settled(struct publisher *publisher, bool settled)
{
	pthread_mutex_lock(&publisher->lock);
	publisher->settled = settled;
	pthread_mutex_unlock(&publisher->lock);
}

bool publisher_settled(struct publisher *publisher)
{
	bool settled;

	pthread_mutex_lock(&publisher->lock);
	settled = publisher->settled && !publisher->wake;
	pthread_mutex_unlock(&publisher->lock);
	return settled;
}

int64_t publisher_seq(struct publisher *publisher, int feed)
{
	return atomic_load(&publisher->seqs[feed]);
}

static bool wait_for_work(struct publisher *publisher)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_US * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&publisher->lock);
	while (!publisher->wake && !publisher->stop &&
	       pthread_cond_timedwait(&publisher->woken, &publisher->lock,
				      &until) != ETIMEDOUT)
		;
	publisher->settled = publisher->settled && !publisher->wake;
	publisher->wake = false;
	stop = publisher->stop;
	pthread_mutex_unlock(&publisher->lock);
	return !stop;
}

static void *publisher_main(void *arg)
{
	struct publisher *publisher = arg;
	struct sql *sql = service_sql(publisher->run, "sequencer");
	struct arena *arena = arena_new(8192);

	while (wait_for_work(publisher)) {
		if (!sql_ready(sql))
			continue;
		note_settled(publisher, sequence(publisher, sql, arena));
		ring_all(publisher, sql, arena);
		arena_reset(arena);
	}
	arena_free(arena);
	sql_close(sql);
	return NULL;
}

static void open_socket(struct publisher *publisher)
{
	const char *url = publisher->run->settings.publish;
	int result = nng_pub0_open(&publisher->socket);

	if (!result)
		result = nng_socket_set_int(publisher->socket, NNG_OPT_SENDBUF,
					    1024);
	if (!result)
		result = nng_listener_create(&publisher->listener,
					     publisher->socket, url);
	if (!result)
		result = nng_listener_start(publisher->listener, 0);
	if (result)
		log_fatal("cannot listen", "setting", "ECHO_PUBLISH", "url",
			  url, "why", nng_strerror(result), NULL);
}

struct publisher *publisher_start(struct service_run *run)
{
	struct publisher *publisher;

	if (!run->service->feeds)
		return NULL;
	publisher = calloc(1, sizeof(*publisher));
	if (!publisher)
		log_fatal("out of memory", NULL);
	publisher->run = run;
	pthread_mutex_init(&publisher->lock, NULL);
	pthread_cond_init(&publisher->woken, NULL);
	open_socket(publisher);
	publisher->thread = service_thread("sequencer", publisher_main,
					   publisher);
	return publisher;
}

static void signal_thread(struct publisher *publisher, bool stop)
{
	pthread_mutex_lock(&publisher->lock);
	publisher->wake = true;
	publisher->stop = publisher->stop || stop;
	pthread_cond_signal(&publisher->woken);
	pthread_mutex_unlock(&publisher->lock);
}

void publisher_wake(struct publisher *publisher)
{
	if (publisher)
		signal_thread(publisher, false);
}

/* The listener of the doorbell dies like any other of nng 1.5.2. */
bool publisher_relisten(struct publisher *publisher)
{
	nng_listener_close(publisher->listener);
	return !nng_listener_create(&publisher->listener, publisher->socket,
				    publisher->run->settings.publish) &&
	       !nng_listener_start(publisher->listener, 0);
}

void publisher_stop(struct publisher *publisher)
{
	if (!publisher)
		return;
	signal_thread(publisher, true);
	pthread_join(publisher->thread, NULL);
	nng_close(publisher->socket);
	pthread_mutex_destroy(&publisher->lock);
	pthread_cond_destroy(&publisher->woken);
	free(publisher);
}
