/*
 * convergence: whatever happens, followers come to hold what the tables hold.
 * Without any publication; with writers whose commits overlap and roll back
 * while replicas, and with them the sequencer, are killed; from zero; and
 * after a new epoch.
 */
#include <signal.h>
#include <stdlib.h>

#include "ledger.pb-c.h"
#include "ledger_sql.h"
#include "services/common/base/clock.h"
#include "system_sql.h"
#include "tests/system/direct.h"
#include "tests/system/load.h"
#include "tests/system/watch.h"

#define REPLICAS 3
#define HANDS 8 /* that write through rpc, and as many directly */
#define LATENCIES 40
#define CHAOS_US (8 * CLOCK_SECOND)
#define KILL_US (CLOCK_SECOND / 5)
#define PATIENCE_US (60 * CLOCK_SECOND) /* it takes a second or two */

static struct stage stage;

/* Waits until the copy equals the table; returns how long it took. */
static int64_t converge(void)
{
	int64_t since = clock_monotonic();

	while (stage_query(&stage, system_copy_differs.text) != 0) {
		CHECK(clock_monotonic() - since < PATIENCE_US,
		      "the copy still differs");
		load_pause(2000);
	}
	return clock_monotonic() - since;
}

static void write_some(int64_t us)
{
	struct rpc_peer *peer = stage_peer(&stage);
	struct load *load = load_start(&stage, peer, 2);

	load_pause(us);
	load_stop(load);
	load_check_table(load);
	load_free(load);
	rpc_peer_free(peer);
}

static void start_all(const char *const *settings)
{
	stage.settings = settings;
	for (int i = 0; i < REPLICAS; i++)
		stage_start(&stage, i);
}

static void end_all(void)
{
	for (int i = 0; i < REPLICAS; i++)
		CHECK_NUMBER(stage_signal(&stage, i, SIGTERM), ==, 0);
}

static void test_without_doorbells(void)
{
	static const char *const deaf[] = { "ECHO_LEDGER_NEWS_URL=", NULL };

	check_theme("with every publication dropped, the follower converges");
	start_all(deaf);
	write_some(CLOCK_SECOND);
	check_note("%lld ms after the last write",
		   (long long)converge() / 1000);
	end_all();
}

/* ---- how soon ---- */

static void add_one(struct rpc_peer *peer, struct arena *arena)
{
	Ledger__AddEntryRequest request = LEDGER__ADD_ENTRY_REQUEST__INIT;
	ProtobufCMessage *reply;
	uint8_t id[ID_BYTES];
	char text[ID_TEXT];

	id_new(id);
	id_format(id, text);
	request.entry_id = text;
	request.account = (char *)(uintptr_t) "soon";
	request.amount = 1;
	CHECK_STATUS(rpc_call(peer, "AddEntry", &request.base,
			      &rpc__done__descriptor, arena, NULL, &reply,
			      NULL),
		     STATUS_OK);
	arena_reset(arena);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void test_doorbells(void)
{
	struct rpc_peer *peer = stage_peer(&stage);
	struct arena *arena = arena_new(8192);
	int64_t took[LATENCIES];

	check_theme("with doorbells, a change soon reaches the copy");
	for (int i = 0; i < LATENCIES; i++) {
		add_one(peer, arena);
		took[i] = converge();
	}
	qsort(took, LATENCIES, sizeof(*took), compare);
	check_note("change to copy: median %lld us, p90 %lld us, longest "
		   "%lld us",
		   (long long)took[LATENCIES / 2],
		   (long long)took[LATENCIES * 9 / 10],
		   (long long)took[LATENCIES - 1]);
	arena_free(arena);
	rpc_peer_free(peer);
}

/* ---- under fire ---- */

/* Kills one that is ready; it comes back without being waited for. */
static int kill_in_turn(int64_t for_us)
{
	int64_t until = clock_monotonic() + for_us;
	int kills = 0;

	for (int i = 0; clock_monotonic() < until; i = (i + 1) % REPLICAS) {
		if (!stage_ready(&stage, i)) {
			load_pause(10 * 1000);
			continue;
		}
		load_pause(KILL_US);
		stage_signal(&stage, i, SIGKILL);
		stage_spawn(&stage, i);
		kills++;
	}
	for (int i = 0; i < REPLICAS; i++) {
		stage_signal(&stage, i, SIGKILL);
		stage_start(&stage, i);
	}
	return kills;
}

static void test_under_fire(void)
{
	struct rpc_peer *peer = stage_peer(&stage);
	struct rpc_peer *watched = stage_peer(&stage);
	struct watch *watch = watch_start(&stage, watched);
	struct load *load = load_start(&stage, peer, HANDS);
	struct direct *direct = direct_start(&stage, HANDS);
	long long lost;
	int kills;

	check_theme("with writers that overlap and replicas that are killed, "
		    "no change is lost or out of order");
	kills = kill_in_turn(CHAOS_US);
	load_stop(load);
	direct_stop(direct);
	check_note("%d kills, %ld commands and %ld direct transactions", kills,
		   load_acknowledged(load), direct_committed(direct));
	check_note("the copy was equal %lld ms later",
		   (long long)converge() / 1000);
	watch_stop(watch);
	watch_check_table(watch);
	load_check_table(load);
	lost = direct_naive_lost(direct);
	check_note("control: a naive cursor lost %lld of them", lost);
	CHECK_NUMBER(lost, >, 0);
	CHECK_NUMBER(kills, >=, 5);
	watch_free(watch);
	load_free(load);
	direct_free(direct);
	rpc_peer_free(peer);
	rpc_peer_free(watched);
}

/* ---- again from the beginning ---- */

static void run_sql(const char *text)
{
	struct sql *sql = sql_open(stage.database.owner_url, "convergence");
	struct error error = { STATUS_OK, "", "" };

	sql_schema(sql, stage.service);
	CHECK(sql_ready(sql), "the database does not answer");
	CHECK(sql_text(sql, text, 0, NULL, NULL, NULL, &error) == STATUS_OK,
	      "%s: %s", text, error.message);
	sql_close(sql);
}

static void test_rebuilt(void)
{
	check_theme("a read model rebuilt from zero equals the live one");
	run_sql(system_copy_forget.text);
	check_note("rebuilt in %lld ms", (long long)converge() / 1000);
	CHECK_NUMBER(stage_query(&stage, system_copy_compare.text), ==, 0);
	CHECK_NUMBER(stage_query(&stage, "SELECT count(*) FROM copy_before"), >,
		     0);
}

static void test_new_epoch(void)
{
	check_theme("after a new epoch the follower starts again");
	run_sql(system_epoch_new.text);
	check_note("healed in %lld ms", (long long)converge() / 1000);
	CHECK_NUMBER(stage_query(&stage, system_epoch_followed.text), ==, 1);
	CHECK_NUMBER(stage_query(&stage, system_copy_compare.text), ==, 0);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	check_on(&stage);
	stage_make(&stage, "ledger", argv[1], sql_migrations, REPLICAS);
	test_without_doorbells();
	start_all(NULL);
	test_doorbells();
	test_under_fire();
	test_rebuilt();
	test_new_epoch();
	end_all();
	stage_end(&stage);
	return 0;
}
