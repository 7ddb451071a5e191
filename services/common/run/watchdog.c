/*
 * watchdog: nng 1.5.2's listeners die of one connection that ends with FIN and
 * RST during negotiation, and nothing tells. So the service calls itself
 * through its own ports: after two failures the listener is opened again on the
 * same socket, after two such cures in a row the process gives up and its
 * supervisor starts it anew.
 */
#include <stdlib.h>

#include "services/common/base/log.h"
#include "services/common/run/doorbell.h"
#include "services/common/run/private.h"
#include "services/common/run/server.h"

#define CHECK_US CLOCK_SECOND
#define CALL_TIMEOUT_US CLOCK_SECOND
#define BELL_SILENCE_US (3 * CLOCK_SECOND)
#define FAILURES_MAX 2
#define CURES_MAX 3

struct watchdog {
	struct service_run *run;
	struct rpc_peer *self;
	struct doorbell *bell;
	pthread_t thread;
	int failures, cures;
	int64_t bell_cured_us;
};

static bool call_self(struct watchdog *watchdog, struct arena *arena)
{
	Rpc__HealthRequest request = RPC__HEALTH_REQUEST__INIT;
	struct rpc_options options = { .timeout_us = CALL_TIMEOUT_US,
				       .try_timeout_us = CALL_TIMEOUT_US };
	ProtobufCMessage *reply;
	struct error error;
	enum status status =
		rpc_call(watchdog->self, "Health", &request.base,
			 &rpc__health_reply__descriptor, arena, &options,
			 &reply, &error);

	arena_reset(arena);
	return status == STATUS_OK;
}

static void check_listener(struct watchdog *watchdog, struct arena *arena)
{
	if (call_self(watchdog, arena)) {
		watchdog->failures = watchdog->cures = 0;
		return;
	}
	if (++watchdog->failures < FAILURES_MAX)
		return;
	if (++watchdog->cures >= CURES_MAX)
		log_fatal("the listener stays deaf", "url",
			  watchdog->run->settings.listen, NULL);
	watchdog->failures = 0;
	service_count(watchdog->run, "listener_recreated", 1);
	log_line(LOG_WARN, "listener recreated", "url",
		 watchdog->run->settings.listen, "done",
		 server_relisten(watchdog->run->server) ? "yes" : "no", NULL);
}

static void not_interested(void *context, const Rpc__Doorbell *bell)
{
	(void)context;
	(void)bell;
}

static void check_bell(struct watchdog *watchdog)
{
	int64_t now = clock_monotonic();
	int64_t since;

	if (!watchdog->bell)
		return;
	since = doorbell_heard_at(watchdog->bell);
	if (since < watchdog->bell_cured_us)
		since = watchdog->bell_cured_us;
	doorbell_check(watchdog->bell);
	/* Without a database the bell is silent for another reason. */
	if (now - since < 2 * BELL_SILENCE_US ||
	    !atomic_load(&watchdog->run->ready))
		return;
	watchdog->bell_cured_us = now;
	service_count(watchdog->run, "publisher_recreated", 1);
	log_line(LOG_WARN, "doorbell listener recreated", "done",
		 publisher_relisten(watchdog->run->publisher) ? "yes" : "no",
		 NULL);
}

static void *watchdog_main(void *arg)
{
	struct watchdog *watchdog = arg;
	struct arena *arena = arena_new(8192);

	while (service_sleep(watchdog->run, CHECK_US)) {
		check_listener(watchdog, arena);
		check_bell(watchdog);
	}
	arena_free(arena);
	return NULL;
}

struct watchdog *watchdog_start(struct service_run *run)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));

	if (!watchdog)
		log_fatal("out of memory", NULL);
	watchdog->run = run;
	watchdog->self = rpc_peer_new(run->ring, run->service->name,
				      server_own_url(run->server));
	watchdog->bell_cured_us = clock_monotonic();
	if (run->publisher)
		watchdog->bell = doorbell_open(run->settings.publish,
					       not_interested, NULL);
	watchdog->thread = service_thread("watchdog", watchdog_main, watchdog);
	return watchdog;
}

void watchdog_stop(struct watchdog *watchdog)
{
	pthread_join(watchdog->thread, NULL);
	if (watchdog->bell)
		doorbell_close(watchdog->bell);
	rpc_peer_free(watchdog->self);
	free(watchdog);
}
