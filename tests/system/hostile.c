/*
 * hostile: whatever arrives at the port, the service goes on answering, says
 * no in the way the contract says or not at all, changes nothing, keeps its
 * memory bounded and leaks nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ledger_sql.h"
#include "tests/system/hostile.h"

#define RSS_MAX_KB (60 * 1024)
#define PATIENCE_US (10 * CLOCK_SECOND)

struct stage hostile_stage;
struct arena *hostile_arena;
long long hostile_good;

long long hostile_counter(const char *name)
{
	char full[64];
	long long value;

	snprintf(full, sizeof(full), "echo_%s_total", name);
	value = stage_metric(&hostile_stage, 0, full);
	return value < 0 ? 0 : value;
}

void hostile_refused(long long before, long long more)
{
	int64_t until = clock_monotonic() + PATIENCE_US;

	while (hostile_counter("seals_refused") < before + more &&
	       clock_monotonic() < until)
		load_pause(20 * 1000);
	CHECK_NUMBER(hostile_counter("seals_refused") - before, ==, more);
}

void hostile_add_good(const char *after_what)
{
	struct envelope_made made = envelope_seal(
		hostile_arena, hostile_stage.ring,
		envelope_request(hostile_arena, "AddEntry",
				 envelope_entry(hostile_arena, HOSTILE_GOOD)));
	Rpc__Reply *reply = envelope_ask(&hostile_stage, hostile_arena, &made,
					 ENVELOPE_PATIENCE_US);

	CHECK(reply, "no answer after %s", after_what);
	CHECK_STATUS(envelope_status(reply, NULL), STATUS_OK);
	hostile_good++;
	arena_reset(hostile_arena);
}

static void test_nothing_changed(void)
{
	check_theme("nothing was changed by any of it");
	CHECK_NUMBER(stage_query(&hostile_stage, "SELECT count(*) FROM entry"),
		     ==, hostile_good);
	CHECK_NUMBER(
		stage_query(
			&hostile_stage,
			"SELECT count(*) FROM entry WHERE account = '" HOSTILE_GOOD
			"' AND version = 1"),
		==, hostile_good);
	CHECK_NUMBER(
		stage_query(&hostile_stage, "SELECT count(*) FROM rpc_seen"),
		==, hostile_good);
}

static long long resident_kb(void)
{
	char path[64], line[256];
	long long kb = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status",
		 (int)hostile_stage.replicas[0].pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmRSS: %lld", &kb);
	if (file)
		fclose(file);
	return kb;
}

/* A sanitizer's shadow and quarantine are not the service's. */
static void test_memory(void)
{
	check_theme("memory stays bounded");
	check_note("%lld kB resident", resident_kb());
	CHECK_NUMBER(resident_kb(), >, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	CHECK_NUMBER(resident_kb(), <, RSS_MAX_KB);
#endif
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	check_on(&hostile_stage);
	hostile_arena = arena_new(1 << 16);
	stage_make(&hostile_stage, "ledger", argv[1], sql_migrations, 1);
	hostile_few_files();
	stage_start(&hostile_stage, 0);
	hostile_add_good("the start");
	hostile_bytes();
	hostile_seals();
	hostile_calls();
	hostile_splice();
	hostile_half_open();
	hostile_add_good("all that");
	test_nothing_changed();
	test_memory();
	check_theme("it ends cleanly, without a leak");
	CHECK_NUMBER(stage_signal(&hostile_stage, 0, SIGTERM), ==, 0);
	stage_end(&hostile_stage);
	arena_free(hostile_arena);
	return 0;
}
