/*
 * import: files of 100,000 members and of 1,000,000 rows of attendance through
 * the services' own methods, against pgbench adding such rows one by one, with
 * the look-ups that an importer needs and a transaction for each. Rounds
 * alternate, on the same tables, because the machine's speed drifts.
 *
 *   bench_import BUILD_FOLDER [import_members | import_attendance]
 *
 * Fails when not every row arrived whole, or when the service's memory grows
 * with the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_sql.h"
#include "registry.pb-c.h"
#include "scheduler.pb-c.h"
#include "schema_registry_sql.h"
#include "schema_scheduler_sql.h"
#include "services/common/base/clock.h"
#include "tests/bench/bench.h"
#include "tests/support/credential.h"

#define BATCH 1000
#define IN_FLIGHT 4
#define ROUNDS 5
#define SECONDS 4
#define SETTLE_S 60
#define GROWTH_MIB 16

struct import {
	const char *name, *service, *method;
	const struct statement *migrations, *world, *row, *count;
	long rows;
	const message_type *reply;
	ProtobufCMessage *(*request)(struct arena *arena, long n);
};

/* ---- the files ---- */

static ProtobufCMessage *member_row(struct arena *arena, long n)
{
	Registry__ImportMembersRequest *row =
		(Registry__ImportMembersRequest *)message_new(
			arena, &registry__import_members_request__descriptor);

	row->email = arena_printf(arena, "m%ld@members.example.org", n);
	row->first_name = arena_strdup(arena, "Member");
	row->last_name = arena_printf(arena, "Number %ld", n);
	row->profession = arena_strdup(arena, "registered_nurse");
	row->role_title = arena_strdup(arena, "Ward nurse");
	row->organisation = arena_printf(arena, "Care Home %ld", n % 2000);
	row->setting = arena_strdup(arena, "care_home_nursing");
	row->postcode_outward = arena_strdup(arena, "HR1");
	row->nation = arena_strdup(arena, "england");
	row->phone = arena_strdup(arena, "01432 000000");
	row->network = arena_printf(arena, "network-%ld", n % 50);
	row->joined_on = arena_strdup(arena, "2021-04-09");
	row->marketing_opt_in = arena_strdup(arena, "yes");
	return &row->base;
}

/* 200 members of a network in each of its sessions, as files come: in order. */
static ProtobufCMessage *attendance_row(struct arena *arena, long n)
{
	long session = n / 200, network = session % 50;
	long number = session / 50 + 1;
	Scheduler__ImportAttendanceRequest *row =
		(Scheduler__ImportAttendanceRequest *)message_new(
			arena,
			&scheduler__import_attendance_request__descriptor);

	row->network = arena_printf(arena, "network-%ld", network);
	row->session_number = (int32_t)number;
	row->email =
		arena_printf(arena, "m%ld@example.org",
			     network + (n % 200 + number * 19) % 2000 * 50);
	row->minutes = 75;
	return &row->base;
}

static const struct import imports[] = {
	{ "import_members", "registry", "ImportMembers", registry_migrations,
	  &bench_import_members_world, &bench_import_members_row,
	  &bench_import_members_count, 100000,
	  &registry__import_members_reply__descriptor, member_row },
	{ "import_attendance", "scheduler", "ImportAttendance",
	  scheduler_migrations, &bench_import_attendance_world,
	  &bench_import_attendance_row, &bench_import_attendance_count, 1000000,
	  &scheduler__import_attendance_reply__descriptor, attendance_row },
};

/* ---- our side ---- */

/* A batch under way, with the arena that is its own until it is answered. */
struct lane {
	struct arena *arena;
	struct rpc_pending *pending;
};

static void send_batch(const struct stage *stage, struct rpc_peer *peer,
		       const struct import *import, struct lane *lane,
		       long first)
{
	struct rpc_options options = { .timeout_us = 60 * CLOCK_SECOND,
				       .try_timeout_us = 60 * CLOCK_SECOND };
	ProtobufCMessage *requests[BATCH];

	for (int i = 0; i < BATCH; i++)
		requests[i] = import->request(lane->arena, first + i);
	credential_admin(stage, lane->arena, &options);
	lane->pending = rpc_send(peer, import->method, BATCH, requests,
				 lane->arena, &options);
}

/* The number of rows that were taken. */
static long take_answer(const struct import *import, struct lane *lane)
{
	struct rpc_result *results;
	struct error error;
	long taken = 0;

	if (!lane->pending)
		return 0;
	results = arena_array(lane->arena, BATCH, sizeof(*results));
	if (rpc_wait(lane->pending, import->reply, lane->arena, results,
		     &error) != STATUS_OK) {
		fprintf(stderr, "%s: %s\n", import->method, error.message);
	} else {
		for (int i = 0; i < BATCH; i++)
			taken += results[i].error.status == STATUS_OK;
		if (taken < BATCH)
			fprintf(stderr, "%s: %ld rows refused\n",
				import->method, BATCH - taken);
	}
	lane->pending = NULL;
	arena_reset(lane->arena);
	return taken;
}

/* Rows a second for that part of the file; 0 when a row was refused. */
static double import_part(const struct stage *stage,
			  const struct import *import, struct rpc_peer *peer,
			  long first, long rows)
{
	struct lane lanes[IN_FLIGHT] = { 0 };
	int64_t since = clock_monotonic();
	long taken = 0, batches = rows / BATCH;

	for (int i = 0; i < IN_FLIGHT; i++)
		lanes[i].arena = arena_new(1 << 20);
	for (long i = 0; i < batches; i++) {
		struct lane *lane = &lanes[i % IN_FLIGHT];

		taken += take_answer(import, lane);
		send_batch(stage, peer, import, lane, first + i * BATCH);
	}
	for (int i = 0; i < IN_FLIGHT; i++) {
		taken += take_answer(import, &lanes[i]);
		arena_free(lanes[i].arena);
	}
	return taken == rows ? (double)rows / bench_seconds(since) : 0;
}

/* ---- one import ---- */

static bool run(const struct stage *stage, const char *text)
{
	struct sql *sql = sql_open(stage->database.owner_url, "bench");
	struct error error = { STATUS_OK, "", "" };
	bool good;

	sql_schema(sql, stage->service);
	good = sql_ready(sql) &&
	       sql_text(sql, text, 0, NULL, NULL, NULL, &error) == STATUS_OK;
	if (!good)
		fprintf(stderr, "bench: %s\n", error.message);
	sql_close(sql);
	return good;
}

/* Both sides leave changes behind that the service publishes: whoever comes
 * next shall not pay for them. */
static void settle(const struct stage *stage)
{
	const struct timespec pause = { 0, 50 * 1000 * 1000 };
	int64_t since = clock_monotonic();

	while (stage_query(stage, "SELECT count(*) FROM change_staged") > 0 &&
	       bench_seconds(since) < SETTLE_S)
		nanosleep(&pause, NULL);
}

struct rates {
	double ours[ROUNDS], one[ROUNDS], eight[ROUNDS];
};

static double ratio(const double ours[], const double theirs[])
{
	double ratios[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		ratios[i] = theirs[i] > 0 ? ours[i] / theirs[i] : 0;
	return bench_median(ratios, ROUNDS);
}

static double peer_rate(const struct stage *stage, const struct import *import,
			int clients)
{
	char url[600];

	settle(stage);
	snprintf(url, sizeof(url), "%s options=-csearch_path=%s",
		 stage->database.owner_url, import->service);
	/* Without statistics its look-ups would read whole tables. */
	stage_query(stage, "ANALYZE");
	return bench_pgbench(url, import->row->text, clients, SECONDS);
}

/* The service's memory at rest, after the first part and after the last. */
static bool import_file(struct stage *stage, const struct import *import,
			struct rates *rates)
{
	struct rpc_peer *peer = stage_peer(stage);
	struct bench_memory rest, first = { 0 }, last;
	long part = import->rows / ROUNDS;

	rest = bench_memory(stage->replicas[0].pid);
	for (int i = 0; i < ROUNDS; i++) {
		settle(stage);
		rates->ours[i] =
			import_part(stage, import, peer, i * part, part);
		last = bench_memory(stage->replicas[0].pid);
		if (i == 0)
			first = last;
		rates->one[i] = peer_rate(stage, import, 1);
		rates->eight[i] = peer_rate(stage, import, 8);
		printf("%s, round %d: %.0f rows/s; row by row %.0f/s, with 8 "
		       "clients %.0f/s\n",
		       import->method, i + 1, rates->ours[i], rates->one[i],
		       rates->eight[i]);
	}
	rpc_peer_free(peer);
	printf("%s: the service has %.1f MiB before, %.1f after %ld rows, %.1f "
	       "after %ld\n",
	       import->method, rest.resident, first.resident, part,
	       last.resident, import->rows);
	return last.resident < first.resident + GROWTH_MIB;
}

static bool compare(const struct import *import, const char *folder)
{
	static const char *const nobody[] = {
		"ECHO_REGISTRY_URL=tcp://127.0.0.1:1", NULL
	};
	char program[512], name[64], keys[256];
	const char *const signing[] = {
		keys, "ECHO_NOTIFIER_URL=tcp://127.0.0.1:1",
		"ECHO_SCHEDULER_URL=tcp://127.0.0.1:1", NULL
	};
	bool is_registry = import->request == member_row;
	struct stage stage = { .stranger = true };
	struct rates rates;
	long long count;
	bool flat;

	snprintf(program, sizeof(program), "%s/services/%s/%s", folder,
		 import->service, import->service);
	stage_make(&stage, import->service, program, import->migrations, 1);
	snprintf(keys, sizeof(keys), "ECHO_SIGNING_KEYS=%s",
		 stage.signing_keys);
	stage.settings = is_registry ? signing : nobody;
	stage.loud = getenv("LOUD") != NULL;
	if (!run(&stage, import->world->text)) {
		stage_end(&stage);
		return false;
	}
	stage_start(&stage, 0);
	flat = import_file(&stage, import, &rates);
	count = stage_query(&stage, import->count->text);
	stage_end(&stage);
	printf("%s: %lld of %ld rows are there\n", import->method, count,
	       import->rows);
	bench_ratio(import->name, ratio(rates.ours, rates.one), 5);
	snprintf(name, sizeof(name), "%s_against_8_clients", import->name);
	bench_ratio(name, ratio(rates.ours, rates.eight), 1);
	return flat && count == import->rows;
}

int main(int argc, char **argv)
{
	bool good = true;

	if (argc < 2 || argc > 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(imports) / sizeof(imports[0]); i++)
		if (argc == 2 || !strcmp(argv[2], imports[i].name))
			good = compare(&imports[i], argv[1]) && good;
	return good ? 0 : 1;
}
