/*
 * watchdog: nng 1.5.2's listeners die of one connection that ends with FIN and
 * RST during negotiation, and nothing tells. So the service calls itself
 * through its own ports: after two failures the listener is opened again on the
 * same socket, after two such cures in a row the process gives up and its
 * supervisor starts it anew.
 *
 * A dead listener leaves those alone who are connected, and it even greets new
 * ones; it only never hands them over. So every check is a whole exchange over
 * a new connection, from a new socket (dialers made again on the same socket
 * leak in nng, sockets do not).
 *
 * Each closed socket is a chance for nng's reaper to hang, so no more are made
 * than find a deaf listener within 6 s. When it hangs (wire/rpc_endpoint.c),
 * closing a socket leaks or does not return, so the watchdog stops; the main
 * thread, which watches its beats, then ends the process in an orderly way.
 */
#include <stdlib.h>

#include "services/common/base/log.h"
#include "services/common/run/doorbell.h"
#include "services/common/run/private.h"
#include "services/common/run/server.h"

#define CHECK_US (2 * CLOCK_SECOND)
#define AGAIN_US (CLOCK_SECOND / 4) /* after a failure */
#define CALL_TIMEOUT_US (CLOCK_SECOND * 3 / 2)
#define BELL_SILENCE_US (2 * CLOCK_SECOND) /* it rings twice a second */
#define FAILURES_MAX 2
#define CURES_MAX 3

struct watchdog {
	struct service_run *run;
	struct doorbell *bell; /* NULL: this service does not publish */
	int64_t bell_opened_us;
	pthread_t thread;
	int failures, cures;
};

static bool call_self(struct watchdog *watchdog, struct arena *arena)
{
	Rpc__HealthRequest request = RPC__HEALTH_REQUEST__INIT;
	struct rpc_options options = { .timeout_us = CALL_TIMEOUT_US,
				       .try_timeout_us = CALL_TIMEOUT_US };
	const struct service_run *run = watchdog->run;
	struct rpc_peer *self = rpc_peer_new(run->ring, run->service->name,
					     server_own_url(run->server));
	ProtobufCMessage *reply;
	struct error error;
	enum status status =
		rpc_call(self, "Health", &request.base,
			 &rpc__health_reply__descriptor, arena, &options,
			 &reply, &error);

	rpc_peer_free(self);
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

static void open_bell(struct watchdog *watchdog)
{
	if (watchdog->bell)
		doorbell_close(watchdog->bell);
	watchdog->bell = doorbell_open(watchdog->run->settings.publish,
				       not_interested, NULL);
	watchdog->bell_opened_us = clock_monotonic();
}

static void check_bell(struct watchdog *watchdog)
{
	if (!watchdog->bell)
		return;
	if (doorbell_heard_at(watchdog->bell)) {
		open_bell(watchdog);
		return;
	}
	/* Without a database the bell is silent for another reason. */
	if (!atomic_load(&watchdog->run->ready))
		watchdog->bell_opened_us = clock_monotonic();
	if (clock_monotonic() - watchdog->bell_opened_us < BELL_SILENCE_US)
		return;
	service_count(watchdog->run, "publisher_recreated", 1);
	log_line(LOG_WARN, "doorbell listener recreated", "done",
		 publisher_relisten(watchdog->run->publisher) ? "yes" : "no",
		 NULL);
	open_bell(watchdog);
}

static void *watchdog_main(void *arg)
{
	struct watchdog *watchdog = arg;
	struct arena *arena = arena_new(8192);

	while (service_sleep(watchdog->run, watchdog->failures ? AGAIN_US
							       : CHECK_US)) {
		if (rpc_stuck())
			continue;
		check_listener(watchdog, arena);
		check_bell(watchdog);
		atomic_fetch_add(&watchdog->run->beats, 1);
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
	if (run->publisher)
		open_bell(watchdog);
	watchdog->thread = service_thread("watchdog", watchdog_main, watchdog);
	return watchdog;
}

void watchdog_stop(struct watchdog *watchdog)
{
	pthread_join(watchdog->thread, NULL);
	if (watchdog->bell)
		doorbell_close(watchdog->bell);
	free(watchdog);
}
