/*
 * feed: how long a change takes from the commit's acknowledgement to the
 * follower's read model, on an idle system, with the doorbell and without it;
 * and how fast a follower catches up with a backlog, against pgbench writing
 * the same copy row by row.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ledger.pb-c.h"
#include "ledger_sql.h"
#include "services/common/base/clock.h"
#include "tests/bench/bench.h"
#include "tests/support/stage.h"

#define CHANGES 200
#define CHANGES_SILENT 20
#define BACKLOG 100000
#define SECONDS 3

static void add_entry(struct rpc_peer *peer, struct arena *arena, char *id_text)
{
	Ledger__AddEntryRequest request = LEDGER__ADD_ENTRY_REQUEST__INIT;
	ProtobufCMessage *reply;
	struct error error;
	uint8_t id[ID_BYTES];

	id_new(id);
	id_format(id, id_text);
	request.entry_id = id_text;
	request.account = (char *)(uintptr_t)"bench";
	request.amount = 5;
	if (rpc_call(peer, "AddEntry", &request.base, &rpc__done__descriptor,
		     arena, NULL, &reply, &error) != STATUS_OK)
		fprintf(stderr, "AddEntry: %s\n", error.message);
	arena_reset(arena);
}

static void found(void *context, int columns, const char *const values[])
{
	(void)columns;
	(void)values;
	*(bool *)context = true;
}

/* Polls the copy; the poll's own grain is about 0.2 ms. */
static double latency_ms(struct rpc_peer *peer, struct sql *sql,
			 struct arena *arena)
{
	const struct timespec pause = { 0, 200 * 1000 };
	char id[ID_TEXT];
	const char *values[] = { id };
	bool seen = false;
	int64_t since;

	add_entry(peer, arena, id);
	since = clock_monotonic();
	while (!seen && bench_seconds(since) < 10) {
		sql_text(sql, "SELECT 1 FROM entry_copy WHERE entry_id = $1", 1,
			 values, found, &seen, NULL);
		nanosleep(&pause, NULL);
	}
	return bench_seconds(since) * 1000;
}

static double p99(struct rpc_peer *peer, struct sql *sql, int count,
		  const char *what)
{
	static double values[CHANGES];
	struct arena *arena = arena_new(4096);
	const struct timespec pause = { 0, 20 * 1000 * 1000 };

	for (int i = 0; i < count; i++) {
		values[i] = latency_ms(peer, sql, arena);
		nanosleep(&pause, NULL);
	}
	arena_free(arena);
	printf("%s: median %.1f ms, ", what, bench_median(values, count));
	printf("p99 %.1f ms\n", values[count * 99 / 100]);
	return values[count * 99 / 100];
}

static double change_latency(struct stage *stage, bool silent, int count)
{
	static const char *const no_bell[] = { "ECHO_LEDGER_NEWS_URL=", NULL };
	struct rpc_peer *peer;
	struct sql *sql;
	double result;

	stage->settings = silent ? no_bell : NULL;
	stage_start(stage, 0);
	peer = stage_peer(stage);
	sql = sql_open(stage->database.owner_url, "bench");
	sql_schema(sql, "ledger");
	sql_ready(sql);
	result = p99(peer, sql, count,
		     silent ? "without the doorbell" : "with the doorbell");
	sql_close(sql);
	rpc_peer_free(peer);
	stage_signal(stage, 0, SIGTERM);
	return result;
}

/* A follower that starts from nothing. */
static double catch_up_rate(struct stage *stage)
{
	const struct timespec pause = { 0, 20 * 1000 * 1000 };
	long long entries;
	int64_t since;
	double rate;

	stage_query(stage, "INSERT INTO entry (entry_id, account, amount,"
			   " entered_at) SELECT gen_random_uuid(), 'backlog',"
			   " 1, now() FROM generate_series(1, 100000)"
			   " RETURNING 1");
	entries = stage_query(stage, "SELECT count(*) FROM entry");
	stage->settings = NULL;
	since = clock_monotonic();
	stage_start(stage, 0);
	while (stage_query(stage, "SELECT count(*) FROM entry_copy") <
		       entries &&
	       bench_seconds(since) < 120)
		nanosleep(&pause, NULL);
	rate = BACKLOG / bench_seconds(since);
	stage_signal(stage, 0, SIGTERM);
	return rate;
}

static const char copy_script[] =
	"INSERT INTO ledger.entry_copy VALUES (gen_random_uuid()::text,"
	" 'bench', 1, 1) ON CONFLICT (entry_id) DO UPDATE SET amount = 1;\n";

int main(int argc, char **argv)
{
	static struct stage stage;
	double bell, silent, rate, theirs;

	if (argc != 2)
		return 2;
	stage_make(&stage, "ledger", argv[1], sql_migrations, 1);
	bell = change_latency(&stage, false, CHANGES);
	silent = change_latency(&stage, true, CHANGES_SILENT);
	rate = catch_up_rate(&stage);
	theirs = bench_pgbench(stage.database.owner_url, copy_script, 8,
			       SECONDS);
	printf("catching up: %.0f changes/s; pgbench row by row: %.0f/s\n",
	       rate, theirs);
	bench_ratio("feed_p99_with_doorbell_of_50ms", bell / 50, 1);
	bench_ratio("feed_p99_without_doorbell_of_1500ms", silent / 1500, 1);
	bench_ratio("feed_catch_up", theirs > 0 ? rate / theirs : 0, 1);
	stage_end(&stage);
	return 0;
}
