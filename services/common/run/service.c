/* service: start, wait for SIGTERM, drain, stop; in mirror order. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "services/common/base/log.h"
#include "services/common/run/private.h"
#include "services/common/run/server.h"
#include "services/common/run/worker.h"

#define START_ARENA (64u << 10)
#define DATABASE_WAIT_US (30 * CLOCK_SECOND)
#define BEAT_MAX_S 30  /* without one of the watchdog */
#define STAGGER_S 30   /* at most, so that replicas do not leave together */
#define STOP_MAX_S 20  /* until all is answered */
#define CLOSE_MAX_S 5  /* until the sockets are closed */

/* What runs between start and stop. */
struct threads {
	struct http *http;
	struct workers *writers, *readers;
	struct followers *followers;
	struct timers *timers;
	struct watchdog *watchdog;
};

/* ---- what the rest of the service asks for ---- */

const char *service_database_url(const struct service_run *run)
{
	return run->settings.database_url;
}

struct rpc_peer *service_peer(struct service_run *run, const char *service)
{
	for (int i = 0; i < run->peer_count; i++)
		if (!strcmp(run->peers[i].service, service))
			return run->peers[i].rpc;
	return NULL;
}

const struct token_keys *service_token_keys(const struct service_run *run)
{
	return run->token_keys;
}

bool service_stopping(const struct service_run *run)
{
	return atomic_load(&run->stopping);
}

struct sql *service_sql(const struct service_run *run, const char *purpose)
{
	char name[64];
	struct sql *sql;

	snprintf(name, sizeof(name), "%s/%s", run->service->name, purpose);
	sql = sql_open(run->settings.database_url, name);
	sql_schema(sql, run->service->name);
	return sql;
}

bool service_sleep(const struct service_run *run, int64_t us)
{
	const struct timespec tick = { 0, 20 * 1000 * 1000 };
	int64_t until = clock_monotonic() + us;

	while (!service_stopping(run) && clock_monotonic() < until)
		nanosleep(&tick, NULL);
	return !service_stopping(run);
}

pthread_t service_thread(const char *name, void *(*thread_main)(void *),
			 void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_main, arg))
		log_fatal("cannot start a thread", "thread", name, NULL);
	pthread_setname_np(thread, name);
	return thread;
}

void service_count(struct service_run *run, const char *name, int64_t add)
{
	int count;

	pthread_mutex_lock(&run->counter_lock);
	count = atomic_load(&run->counter_count);
	for (int i = 0; i < COUNTERS_MAX; i++) {
		struct counter *counter = &run->counters[i];

		if (i == count) {
			counter->name = name;
			atomic_store(&run->counter_count, count + 1);
			count++;
		}
		if (strcmp(counter->name, name))
			continue;
		atomic_fetch_add(&counter->value, add);
		break;
	}
	pthread_mutex_unlock(&run->counter_lock);
}

/* ---- start ---- */

static void load_keys(struct service_run *run)
{
	const char *problem = NULL;

	run->ring = seal_ring_new(run->service->name, run->settings.keys,
				  run->settings.peers, &problem);
	if (!run->ring)
		log_fatal("bad keys", "setting", "ECHO_KEYS or ECHO_PEERS",
			  "why", problem, NULL);
	run->token_keys = token_keys_new(run->settings.credential_keys,
					 NULL, &problem);
	if (!run->token_keys)
		log_fatal("bad keys", "setting", "ECHO_CREDENTIAL_KEYS", "why",
			  problem, NULL);
}

static int migrate_command(struct service_run *run, struct sql *sql,
			   struct arena *arena)
{
	const char *problem = migrate_run(sql, run->service->name,
					  run->service->migrations, arena);

	if (problem)
		log_line(LOG_ERROR, "migration failed", "why", problem, NULL);
	sql_close(sql);
	arena_free(arena);
	return problem ? 1 : 0;
}

static bool wait_for_database(struct sql *sql)
{
	int64_t until = clock_monotonic() + DATABASE_WAIT_US;
	const struct timespec pause = { 0, 250 * 1000 * 1000 };

	while (!sql_ready(sql)) {
		if (clock_monotonic() > until)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Boot is the type checker. */
static void check_contracts(struct service_run *run, struct sql *sql,
			    struct arena *arena)
{
	const char *problem =
		migrate_check(sql, run->service->migrations, arena);

	if (!problem)
		problem = plans_check(&run->plans, run->service, sql, arena);
	if (problem)
		log_fatal("the contract does not hold", "problem", problem,
			  NULL);
}

static void connect_peers(struct service_run *run)
{
	for (int i = 0; i < run->peer_count; i++)
		run->peers[i].rpc = rpc_peer_new(run->ring,
						 run->peers[i].service,
						 run->peers[i].url);
}

static void start_server(struct service_run *run)
{
	const char *problem;

	run->writes = queue_new((size_t)run->settings.queue_max);
	run->reads = queue_new((size_t)run->settings.queue_max);
	run->server = server_start(run, run->settings.listen, &problem);
	if (!run->server)
		log_fatal("cannot listen", "setting", "ECHO_LISTEN", "url",
			  run->settings.listen, "why", problem, NULL);
}

static struct threads start(struct service_run *run)
{
	struct threads threads;

	connect_peers(run);
	run->publisher = publisher_start(run);
	start_server(run);
	threads.writers = workers_start(run, run->writes,
					run->settings.write_workers, true);
	threads.readers = workers_start(run, run->reads,
					run->settings.read_workers, false);
	threads.followers = followers_start(run);
	threads.timers = timers_start(run);
	threads.http = http_start(run);
	if (run->service->start && !run->service->start(run))
		log_fatal("the service could not start", NULL);
	threads.watchdog = watchdog_start(run);
	atomic_store(&run->ready, true);
	log_line(LOG_INFO, "ready", "version", run->service->version, "listen",
		 run->settings.listen, "us",
		 log_int(clock_monotonic() - run->started_us), NULL);
	return threads;
}

/* ---- stop ---- */

/* Go on serving while callers learn that this replica leaves. */
static void drain(struct service_run *run)
{
	int64_t until = clock_monotonic() +
			run->settings.drain_seconds * CLOCK_SECOND;
	const struct timespec pause = { 0, 50 * 1000 * 1000 };

	atomic_store(&run->unready, "draining");
	atomic_store(&run->draining, true);
	atomic_store(&run->ready, false);
	log_line(LOG_INFO, "draining", NULL);
	while (clock_monotonic() < until)
		nanosleep(&pause, NULL);
}

static volatile sig_atomic_t all_answered;

/* Closing hangs when nng does, which takes nothing from anybody. */
static void give_up(int signal_number)
{
	static const char message[] = "stopping hangs: giving up\n";

	(void)signal_number;
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(2);
	_exit(all_answered ? 0 : 1);
}

/* No more work; what waited is answered and the answers have left. */
static void stop_work(struct service_run *run, struct threads *threads)
{
	const struct timespec grace = { 0, 100 * 1000 * 1000 };

	alarm(STOP_MAX_S);
	atomic_store(&run->stopping, true);
	if (run->service->stop)
		run->service->stop(run);
	timers_stop(threads->timers);
	queue_close(run->writes);
	queue_close(run->reads);
	workers_stop(threads->writers);
	workers_stop(threads->readers);
	nanosleep(&grace, NULL); /* nng has no linger */
	all_answered = 1;
}

/* From here on everything closes sockets of nng. */
static void stop(struct service_run *run, struct threads *threads)
{
	stop_work(run, threads);
	alarm(CLOSE_MAX_S);
	watchdog_stop(threads->watchdog);
	followers_stop(threads->followers);
	publisher_stop(run->publisher);
	server_stop(run->server);
	http_stop(threads->http);
	for (int i = 0; i < run->peer_count; i++)
		rpc_peer_free(run->peers[i].rpc);
	queue_free(run->writes);
	queue_free(run->reads);
	seal_ring_free(run->ring);
	token_keys_free(run->token_keys);
	alarm(0);
	log_line(LOG_INFO, "stopped", NULL);
}

static void stop_stuck(struct service_run *run, struct threads *threads,
		       int exit_status)
{
	stop_work(run, threads);
	log_line(LOG_WARN, "stopped, but nng hangs", NULL);
	_exit(exit_status);
}

/* Until SIGTERM (true), or until nng has been hanging for a while. Seconds are
 * counted, not measured, because a process that was stopped for a minute wakes
 * with all its threads a minute late. */
static bool wait_for_signal(struct service_run *run, const sigset_t *signals)
{
	const struct timespec second = { 1, 0 };
	int silent_max = BEAT_MAX_S + (int)(getpid() % STAGGER_S);
	unsigned beats = 0;

	for (int silent = 0; silent < silent_max;) {
		unsigned now = atomic_load(&run->beats);

		silent = now == beats ? silent + 1 : 0;
		beats = now;
		if (sigtimedwait(signals, NULL, &second) >= 0)
			return true;
	}
	log_line(LOG_ERROR, "nng hangs: leaving, to be started anew", NULL);
	return false;
}

static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, give_up);
}

/* A soft limit of 1024 is for programs that use select(). Here it would let a
 * thousand connections that never greet silence the service. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int service_main(const struct service *service, int argc, char **argv)
{
	static struct service_run run;
	struct arena *arena = arena_new(START_ARENA);
	struct threads threads;
	const char *problem;
	struct sql *sql;
	sigset_t signals;
	bool healthy;

	run.service = service;
	run.started_us = clock_monotonic();
	pthread_mutex_init(&run.counter_lock, NULL);
	atomic_store(&run.unready, "starting");
	block_signals(&signals);
	raise_file_limit();
	settings_load(&run, argc, argv);
	log_open(service->name, run.settings.log_level);
	clock_follow_file(run.settings.clock_file);
	problem = plans_make(&run.plans, service, arena);
	if (problem)
		log_fatal("the contract does not hold", "problem", problem,
			  NULL);
	sql = service_sql(&run, "start");
	if (!wait_for_database(sql))
		log_fatal("the database does not answer", NULL);
	if (argc == 2)
		return migrate_command(&run, sql, arena);
	check_contracts(&run, sql, arena);
	sql_close(sql);
	arena_free(arena);
	load_keys(&run);
	threads = start(&run);
	healthy = wait_for_signal(&run, &signals);
	drain(&run);
	if (healthy && !rpc_stuck())
		stop(&run, &threads);
	else
		stop_stuck(&run, &threads, healthy ? 0 : 1);
	return 0;
}
