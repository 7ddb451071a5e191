/*
 * drain: what happens on purpose. SIGTERM under load loses no call; a database
 * that ends every connection of the service loses no acknowledged write and
 * the service comes back by itself.
 */
#include <signal.h>
#include <stdlib.h>

#include "ledger_sql.h"
#include "services/common/base/clock.h"
#include "tests/system/load.h"

#define REPLICAS 3
#define WRITERS 8
#define CUTS 8

static struct stage stage;

static void test_rolling(void)
{
	struct rpc_peer *peer = stage_peer(&stage);
	struct load *load = load_start(&stage, peer, WRITERS);
	int64_t since;

	check_theme("a rolling restart under load fails no call");
	load_pause(CLOCK_SECOND / 2);
	for (int i = 0; i < REPLICAS; i++) {
		since = clock_monotonic();
		CHECK_NUMBER(stage_signal(&stage, i, SIGTERM), ==, 0);
		CHECK_NUMBER(clock_monotonic() - since, >=, 2 * CLOCK_SECOND);
		stage_start(&stage, i);
		load_pause(CLOCK_SECOND / 2);
	}
	load_stop(load);
	check_note("%ld commands, %ld failed, %llu retries",
		   load_acknowledged(load), load_failed(load),
		   (unsigned long long)rpc_peer_stats(peer).retries);
	CHECK_NUMBER(load_failed(load), ==, 0);
	load_check_table(load);
	load_free(load);
	rpc_peer_free(peer);
}

static long long cut(void)
{
	return load_query(&stage, "SELECT count(pg_terminate_backend(pid)) "
				  "FROM pg_stat_activity "
				  "WHERE datname = current_database() "
				  "AND application_name LIKE 'ledger/%'");
}

static void test_cut_off(void)
{
	struct rpc_peer *peer = stage_peer(&stage);
	struct load *load = load_start(&stage, peer, WRITERS);
	pid_t before[REPLICAS];
	long long ended = 0;
	long acknowledged;

	check_theme("a database that ends all connections loses no "
		    "acknowledged write");
	for (int i = 0; i < REPLICAS; i++)
		before[i] = stage.replicas[i].pid;
	load_pause(CLOCK_SECOND / 2);
	for (int i = 0; i < CUTS; i++) {
		ended += cut();
		load_pause(CLOCK_SECOND / 4);
	}
	acknowledged = load_acknowledged(load);
	load_pause(2 * CLOCK_SECOND);
	CHECK_NUMBER(load_acknowledged(load), >, acknowledged);
	load_stop(load);
	check_note("%lld connections ended; %ld commands, %ld needed the "
		   "caller's help",
		   ended, load_acknowledged(load), load_failed(load));
	CHECK_NUMBER(ended, >=, CUTS * REPLICAS);
	load_check_table(load);
	for (int i = 0; i < REPLICAS; i++) {
		CHECK_NUMBER(stage.replicas[i].pid, ==, before[i]);
		CHECK(!kill(before[i], 0) && stage_ready(&stage, i),
		      "replica %d did not come back", i);
	}
	load_free(load);
	rpc_peer_free(peer);
}

int main(int argc, char **argv)
{
	static const char *const settings[] = { "ECHO_DRAIN_SECONDS=2", NULL };

	if (argc != 2)
		return 2;
	check_on(&stage);
	stage_make(&stage, "ledger", argv[1], sql_migrations, REPLICAS);
	stage.settings = settings;
	for (int i = 0; i < REPLICAS; i++)
		stage_start(&stage, i);
	test_rolling();
	test_cut_off();
	stage_end(&stage);
	return 0;
}
