/*
 * replicas: one of three dies, or stops, in the middle of commands. Every
 * acknowledged command has exactly one effect (see load.h), the callers get
 * their answers from the others within the retry budget, the stopped one is
 * given up within two seconds, and what expired while it was stopped is not
 * executed when it wakes.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "ledger.pb-c.h"
#include "ledger_sql.h"
#include "services/common/base/clock.h"
#include "tests/system/load.h"

#define REPLICAS 3
#define WRITERS 8
#define KILLS 9
#define STOPS 3
#define RECOVERY_US (2 * CLOCK_SECOND) /* promised, not judged */
#define WINDOW_US (CLOCK_SECOND / 4)
#define SLOW_US (CLOCK_SECOND * 4 / 10) /* and four times normal */
#define EXPIRING 8

static struct stage stage;

/* ---- killed ---- */

static void check_budget(const struct rpc_peer *peer)
{
	struct rpc_peer_stats stats = rpc_peer_stats(peer);

	check_note("%llu calls, %llu retries, %llu timeouts",
		   (unsigned long long)stats.calls,
		   (unsigned long long)stats.retries,
		   (unsigned long long)stats.timeouts);
	CHECK_NUMBER((long long)stats.retries, <=,
		     (long long)stats.calls / 10 + 10);
}

static void test_killed(void)
{
	struct rpc_peer *peer = stage_peer(&stage);
	struct load *load = load_start(&stage, peer, WRITERS);

	check_theme("a replica killed in the middle of a command leaves one "
		    "effect, and another one answers");
	load_pause(CLOCK_SECOND / 2);
	for (int i = 0; i < KILLS; i++) {
		stage_signal(&stage, i % REPLICAS, SIGKILL);
		load_pause(200 * 1000);
		stage_start(&stage, i % REPLICAS);
		load_pause(400 * 1000);
	}
	load_stop(load);
	check_note("%d kills, %ld commands acknowledged, %ld needed the "
		   "caller's help",
		   KILLS, load_acknowledged(load), load_failed(load));
	check_budget(peer);
	CHECK_NUMBER((long long)rpc_peer_stats(peer).retries, >, 0);
	CHECK_NUMBER(load_failed(load), ==, 0);
	load_check_table(load);
	load_free(load);
	rpc_peer_free(peer);
}

/* ---- stopped ---- */

/* Returns when all its threads have stopped. */
static void stop_fully(int i)
{
	int status = 0;

	stage_signal(&stage, i, SIGSTOP);
	CHECK(waitpid(stage.replicas[i].pid, &status, WUNTRACED) > 0 &&
		      WIFSTOPPED(status),
	      "it did not stop");
}

/* Write transactions that have done something and now wait for their client. */
static long long open_transactions(void)
{
	return load_query(&stage,
			  "SELECT count(*) FROM pg_stat_activity "
			  "WHERE datname = current_database() "
			  "AND application_name = 'ledger/writes' "
			  "AND state LIKE 'idle in transaction%' "
			  "AND backend_xid IS NOT NULL AND state_change < "
			  "clock_timestamp() - interval '50 ms'");
}

/* The hard moment to stop: rows are locked, the commit has not come. Returns
 * when that was. */
static int64_t stop_in_transaction(int i)
{
	int64_t stopped;
	int tries = 0;

	for (;;) {
		CHECK(tries < 300, "never stopped in a transaction");
		tries++;
		stop_fully(i);
		stopped = clock_monotonic();
		load_pause(60 * 1000);
		if (open_transactions() > 0)
			break;
		stage_signal(&stage, i, SIGCONT);
		load_pause(30 * 1000);
	}
	check_note("stopped in a transaction at the %d. try", tries);
	return stopped;
}

/* One stop under load: how long was the tail slow, in microseconds? */
static int64_t stop_once(int i)
{
	struct rpc_peer *peer = stage_peer(&stage);
	struct load *load = load_start(&stage, peer, WRITERS);
	int64_t start, warm, stopped, end, normal, slow;

	load_pause(CLOCK_SECOND / 2);
	start = clock_monotonic();
	load_pause(CLOCK_SECOND);
	warm = clock_monotonic();
	stopped = stop_in_transaction(i);
	load_pause(CLOCK_SECOND * 11 / 4);
	end = clock_monotonic();
	load_stop(load);
	normal = load_quantile(load, 0.99, start, warm);
	slow = load_last_slow(load, normal * 4 + SLOW_US, WINDOW_US, stopped,
			      end) -
	       stopped + WINDOW_US;
	check_note(
		"p99 %lld us before, %lld us in the last second; slow for "
		"%lld ms",
		(long long)normal,
		(long long)load_quantile(load, 0.99, end - CLOCK_SECOND, end),
		(long long)slow / 1000);
	CHECK_NUMBER(load_failed(load), ==, 0);
	CHECK_NUMBER(rpc_peer_stats(peer).ejected, ==, 1);
	check_budget(peer);
	load_check_table(load);
	load_free(load);
	/* Before the late answers come: a pipe of nng 1.5.2 that is closed
	 * while it receives may never end. */
	rpc_peer_free(peer);
	stage_signal(&stage, i, SIGCONT);
	return slow;
}

static void test_stopped(void)
{
	int soon = 0;

	check_theme("a stopped replica is ejected, once, and nothing fails");
	for (int i = 0; i < STOPS; i++)
		soon += stop_once(i % REPLICAS) <= RECOVERY_US;
	check_note("the tail recovered within 2 s in %d of %d", soon, STOPS);
}

/* ---- woken ---- */

static struct rpc_peer *peer_of(int i)
{
	char url[64];

	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d",
		 stage.replicas[i].port);
	return rpc_peer_new(stage.ring, "ledger", url);
}

static enum status add(struct rpc_peer *peer, struct arena *arena,
		       int64_t timeout_us, const char *account)
{
	Ledger__AddEntryRequest request = LEDGER__ADD_ENTRY_REQUEST__INIT;
	struct rpc_options options = { .timeout_us = timeout_us };
	ProtobufCMessage *reply;
	uint8_t id[ID_BYTES];
	char text[ID_TEXT];

	id_new(id);
	id_format(id, text);
	request.entry_id = text;
	request.account = (char *)(uintptr_t)account;
	request.amount = 1;
	return rpc_call(peer, "AddEntry", &request.base, &rpc__done__descriptor,
			arena, &options, &reply, NULL);
}

static void test_woken(void)
{
	struct rpc_peer *peer = peer_of(0);
	struct arena *arena = arena_new(8192);

	check_theme("what expired while a replica was stopped is not executed");
	CHECK_STATUS(add(peer, arena, 5 * CLOCK_SECOND, "before"), STATUS_OK);
	stop_fully(0);
	for (int i = 0; i < EXPIRING; i++)
		CHECK_STATUS(add(peer, arena, CLOCK_SECOND / 10, "expired"),
			     STATUS_UNCERTAIN);
	load_pause(CLOCK_SECOND / 10);
	stage_signal(&stage, 0, SIGCONT);
	CHECK_STATUS(add(peer, arena, 10 * CLOCK_SECOND, "after"), STATUS_OK);
	/* They reached the replica, which then refused each of them. */
	CHECK_NUMBER(stage_metric(&stage, 0,
				  "echo_errors_total{method=\"AddEntry\"}"),
		     >=, 1);
	CHECK_NUMBER(stage_query(&stage, "SELECT count(*) FROM entry "
					 "WHERE account = 'expired'"),
		     ==, 0);
	load_pause(CLOCK_SECOND / 5); /* for late answers, as above */
	rpc_peer_free(peer);
	arena_free(arena);
}

/* ---- woken in the middle of a transaction ---- */

struct adder {
	pthread_t thread;
	struct rpc_peer *peer;
	atomic_bool *stop;
};

static void *adder_main(void *arg)
{
	struct adder *adder = arg;
	struct arena *arena = arena_new(8192);

	while (!atomic_load(adder->stop)) {
		add(adder->peer, arena, CLOCK_SECOND * 3 / 10, "caught");
		arena_reset(arena);
	}
	arena_free(arena);
	return NULL;
}

static long long count_caught(void)
{
	return stage_query(&stage, "SELECT count(*) FROM entry "
				   "WHERE account = 'caught'");
}

/* Adds to replica 0 alone and stops it in a transaction. */
static void stop_adding(struct rpc_peer *peer)
{
	atomic_bool stop = false;
	struct adder adders[WRITERS];

	for (int i = 0; i < WRITERS; i++) {
		adders[i] = (struct adder){ .peer = peer, .stop = &stop };
		CHECK(!pthread_create(&adders[i].thread, NULL, adder_main,
				      &adders[i]),
		      "no thread");
	}
	load_pause(CLOCK_SECOND / 2);
	stop_in_transaction(0);
	atomic_store(&stop, true);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(adders[i].thread, NULL);
}

/* Who asked has given up, and the database has ended the transaction. */
static void test_woken_in_transaction(void)
{
	struct rpc_peer *peer = peer_of(0);
	struct arena *arena = arena_new(8192);
	long long before;

	check_theme("nor is what was in a transaction that is gone");
	stop_adding(peer);
	load_pause(CLOCK_SECOND * 3 / 2);
	CHECK_NUMBER(open_transactions(), ==, 0);
	before = count_caught();
	stage_signal(&stage, 0, SIGCONT);
	CHECK_STATUS(add(peer, arena, 10 * CLOCK_SECOND, "after"), STATUS_OK);
	load_pause(CLOCK_SECOND / 2);
	CHECK_NUMBER(count_caught(), ==, before);
	rpc_peer_free(peer);
	arena_free(arena);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	check_on(&stage);
	stage_make(&stage, "ledger", argv[1], sql_migrations, REPLICAS);
	for (int i = 0; i < REPLICAS; i++)
		stage_start(&stage, i);
	test_killed();
	test_stopped();
	test_woken();
	test_woken_in_transaction();
	for (int i = 0; i < REPLICAS; i++)
		CHECK_NUMBER(stage_signal(&stage, i, SIGTERM), ==, 0);
	stage_end(&stage);
	return 0;
}
