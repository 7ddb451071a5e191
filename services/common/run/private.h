/* What the files of run share: the running service. */
#ifndef ECHO_RUN_PRIVATE_H
#define ECHO_RUN_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "services/common/run/plan.h"
#include "services/common/run/queue.h"
#include "services/common/run/service.h"

#define PEERS_MAX 8
#define COUNTERS_MAX 64
#define FOLLOWS_MAX 32
#define FEEDS_MAX 16

struct settings {
	const char *listen, *publish, *http_listen, *database_url;
	const char *keys, *peers, *credential_keys, *clock_file, *log_level;
	int64_t write_workers, read_workers, queue_max, drain_seconds;
};

/* A service that this one calls or follows. */
struct peer {
	const char *service;
	const char *url, *news_url;
	struct rpc_peer *rpc;
};

struct counter {
	const char *name;
	atomic_llong value;
};

/* How a follow fares: written by its thread, read by Health. */
struct follow_state {
	atomic_llong seq, head_seq, succeeded_at_us;
	atomic_llong rung_seq;   /* the last doorbell's position */
	_Atomic(const char *) problem; /* a literal, "" when all is well */
};

struct server;
struct publisher;

struct service_run {
	const struct service *service;
	struct settings settings;
	struct peer peers[PEERS_MAX];
	int peer_count;
	struct seal_ring *ring;
	struct token_keys *token_keys;
	struct plans plans;
	struct queue *writes, *reads;
	struct server *server;
	struct publisher *publisher;
	struct follow_state follow_states[FOLLOWS_MAX];
	struct counter counters[COUNTERS_MAX];
	atomic_int counter_count;
	pthread_mutex_t counter_lock;
	int64_t started_us;   /* monotonic */
	atomic_bool ready, draining, stopping;
	_Atomic(const char *) unready; /* why not ready: a literal */
	atomic_uint beats;    /* the watchdog's rounds */
};

/* settings.c: fills run->settings and peers. Exits by itself on --help and on
 * problems. */
void settings_load(struct service_run *run, int argc, char **argv);

/* A connection of this service, in its schema. */
struct sql *service_sql(const struct service_run *run, const char *purpose);
/* Start a named thread with signals blocked; dies when it cannot. */
pthread_t service_thread(const char *name, void *(*main)(void *), void *arg);
/* Sleep, but wake early (false) when the service stops. */
bool service_sleep(const struct service_run *run, int64_t us);

/* publisher.c: the sequencer and the doorbell. */
struct publisher *publisher_start(struct service_run *run);
void publisher_stop(struct publisher *publisher);
/* A write was committed here: do not wait for the next look. */
void publisher_wake(struct publisher *publisher);

/* For Health: has everything that was committed here its position, and how far
 * is the nth feed? */
bool publisher_settled(struct publisher *publisher);
int64_t publisher_seq(struct publisher *publisher, int feed);
/* For the watchdog: open the doorbell's listener again. */
bool publisher_relisten(struct publisher *publisher);

/* follower.c: a thread for each service that is followed. */
struct followers *followers_start(struct service_run *run);
void followers_stop(struct followers *followers);

/* timers.c */
struct timers *timers_start(struct service_run *run);
void timers_stop(struct timers *timers);

/* watchdog.c: calls the service through its own port. */
struct watchdog *watchdog_start(struct service_run *run);
void watchdog_stop(struct watchdog *watchdog);

/* http.c: /healthz, /readyz, /metrics. */
struct http *http_start(struct service_run *run);
void http_stop(struct http *http);

/* builtin.c: the Health reply of this moment. */
Rpc__HealthReply *health_now(struct service_run *run, struct arena *arena);
Rpc__StatsReply *stats_now(struct service_run *run, struct arena *arena);

#endif
