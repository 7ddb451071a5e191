/*
 * rpc: a durable command over nng, 64 in flight, against pgbench running the
 * same insert directly with one transaction each; and a lone call's latency.
 * Rounds alternate, because the machine's speed drifts.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.pb-c.h"
#include "ledger_sql.h"
#include "services/common/base/clock.h"
#include "tests/bench/bench.h"
#include "tests/support/stage.h"

#define IN_FLIGHT 64
#define ROUNDS 5
#define SECONDS 3

static const char insert_script[] =
	"INSERT INTO ledger.entry (entry_id, account, amount, entered_at)"
	" VALUES (gen_random_uuid(), 'bench', 5, now());\n";

static struct rpc_pending *send_one(struct rpc_peer *peer, struct arena *arena)
{
	Ledger__AddEntryRequest request = LEDGER__ADD_ENTRY_REQUEST__INIT;
	ProtobufCMessage *list[] = { &request.base };
	struct rpc_options options = { .timeout_us = 10 * CLOCK_SECOND,
				       .try_timeout_us = 10 * CLOCK_SECOND };
	uint8_t id[ID_BYTES];
	char text[ID_TEXT];

	id_new(id);
	id_format(id, text);
	request.entry_id = text;
	request.account = (char *)(uintptr_t)"bench";
	request.amount = 5;
	return rpc_send(peer, "AddEntry", 1, list, arena, &options);
}

/* A call under way, with the arena that is its own until it is answered. */
struct lane {
	struct arena *arena;
	struct rpc_pending *pending;
};

static bool take_answer(struct lane *lane)
{
	struct rpc_result result = { { STATUS_OK, "", "" }, NULL };
	struct error error;
	bool done = rpc_wait(lane->pending, &rpc__done__descriptor,
			     lane->arena, &result, &error) == STATUS_OK &&
		    result.error.status == STATUS_OK;

	arena_reset(lane->arena);
	return done;
}

/* Keeps in_flight calls under way; returns how many were answered OK. */
static long drive(struct rpc_peer *peer, int in_flight, double seconds)
{
	static struct lane lanes[IN_FLIGHT];
	int64_t since = clock_monotonic();
	long done = 0, sent = 0;

	for (int i = 0; i < in_flight; i++) {
		lanes[i].arena = arena_new(4096);
		lanes[i].pending = send_one(peer, lanes[i].arena);
	}
	for (int next = 0; bench_seconds(since) < seconds; sent++) {
		done += take_answer(&lanes[next]);
		lanes[next].pending = send_one(peer, lanes[next].arena);
		next = (next + 1) % in_flight;
	}
	for (int i = 0; i < in_flight; i++) {
		take_answer(&lanes[i]);
		arena_free(lanes[i].arena);
	}
	if (done < sent)
		printf("failed calls: %ld\n", sent - done);
	return done;
}

int main(int argc, char **argv)
{
	static struct stage stage;
	double ours[ROUNDS], theirs[ROUNDS], ratios[ROUNDS];
	struct rpc_peer *peer;
	int64_t since;
	long alone;

	if (argc != 2)
		return 2;
	stage_make(&stage, "ledger", argv[1], sql_migrations, 1);
	stage_start(&stage, 0);
	peer = stage_peer(&stage);
	drive(peer, IN_FLIGHT, 1);
	for (int i = 0; i < ROUNDS; i++) {
		since = clock_monotonic();
		ours[i] = (double)drive(peer, IN_FLIGHT, SECONDS) /
			  bench_seconds(since);
		theirs[i] = bench_pgbench(stage.database.owner_url,
					  insert_script, IN_FLIGHT, SECONDS);
		ratios[i] = theirs[i] > 0 ? ours[i] / theirs[i] : 0;
		printf("round %d: %.0f commands/s over nng, %.0f/s pgbench\n",
		       i + 1, ours[i], theirs[i]);
	}
	since = clock_monotonic();
	alone = drive(peer, 1, SECONDS);
	printf("one at a time: %.0f us a command\n",
	       bench_seconds(since) * 1e6 / (double)(alone ? alone : 1));
	bench_ratio("rpc_command", bench_median(ratios, ROUNDS), 1.5);
	rpc_peer_free(peer);
	stage_end(&stage);
	return alone ? 0 : 1;
}
