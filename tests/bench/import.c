/*
 * import: files of 100,000 members and of 1,000,000 rows of attendance through
 * the services' own methods, against pgbench adding such rows one by one, with
 * the look-ups that an importer needs and a transaction for each. Rounds
 * alternate, on the same tables, because the machine's speed drifts. Two of a
 * hundred members are dirty; the import can be undone, and then is.
 *
 *   bench_import BUILD_FOLDER [import_members | import_attendance]
 *
 * Fails when not every good row arrived whole, when another row than a dirty one
 * was refused or for another column, when the undo leaves anything behind, or
 * when the service's memory grows with the file.
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
#include "tests/bench/import_files.h"
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
	/* The column at fault, "" for a good row; NULL: all are good. */
	const char *(*fault)(long n);
	const struct statement *digest; /* what an undo restores, or NULL */
};

static const struct import imports[] = {
	{ "import_members", "registry", "ImportMembers", registry_migrations,
	  &bench_import_members_world, &bench_import_members_row,
	  &bench_import_members_count, 100000,
	  &registry__import_members_reply__descriptor, import_member,
	  import_member_fault, &bench_import_members_digest },
	{ "import_attendance", "scheduler", "ImportAttendance",
	  scheduler_migrations, &bench_import_attendance_world,
	  &bench_import_attendance_row, &bench_import_attendance_count, 1000000,
	  &scheduler__import_attendance_reply__descriptor, import_attendance },
};

/* ---- our side ---- */

/* A batch under way, with the arena that is its own until it is answered. */
struct lane {
	struct arena *arena;
	long first;
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
	lane->first = first;
	lane->pending = rpc_send(peer, import->method, BATCH, requests,
				 lane->arena, &options);
}

/* Was the row taken if it is good, refused for its fault if it is dirty? */
static bool as_expected(const struct import *import, long n,
			const struct rpc_result *result)
{
	const char *fault = import->fault ? import->fault(n) : "";

	return fault[0] ? result->error.status == STATUS_INVALID &&
				  !strcmp(result->error.field, fault)
			: result->error.status == STATUS_OK;
}

/* The number of rows that fared as they should. */
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
			taken += as_expected(import, lane->first + i,
					     &results[i]);
		if (taken < BATCH)
			fprintf(stderr, "%s: %ld rows fared otherwise\n",
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

/* ---- the import as a whole ---- */

static bool call(const struct stage *stage, struct rpc_peer *peer,
		 const char *method, ProtobufCMessage *request, int *remaining)
{
	struct rpc_options options = { .timeout_us = 60 * CLOCK_SECOND,
				       .try_timeout_us = 60 * CLOCK_SECOND };
	struct arena *arena = arena_new(65536);
	struct error error = { STATUS_OK, "", "" };
	ProtobufCMessage *reply = NULL;
	bool good;

	credential_admin(stage, arena, &options);
	good = rpc_call(peer, method, request,
			&registry__import_job__descriptor, arena, &options,
			&reply, &error) == STATUS_OK;
	if (good)
		*remaining = ((Registry__ImportJob *)reply)->remaining;
	else
		fprintf(stderr, "%s: %s\n", method, error.message);
	arena_free(arena);
	return good;
}

static bool begin(const struct stage *stage, struct rpc_peer *peer)
{
	Registry__BeginImportRequest request =
		REGISTRY__BEGIN_IMPORT_REQUEST__INIT;
	char hash[] = "0000000000000000000000000000000000000000000000000000"
		      "000000000000";
	int remaining;

	request.import_id = (char[]){ IMPORT_ID };
	request.kind = (char[]){ "members" };
	request.file_hash = hash;
	return call(stage, peer, "BeginImport", &request.base, &remaining);
}

static bool undo(const struct stage *stage, struct rpc_peer *peer, long rows)
{
	Registry__UndoImportRequest request =
		REGISTRY__UNDO_IMPORT_REQUEST__INIT;
	int64_t since = clock_monotonic();
	int remaining = 1;

	request.import_id = (char[]){ IMPORT_ID };
	while (remaining > 0)
		if (!call(stage, peer, "UndoImport", &request.base,
			  &remaining))
			return false;
	printf("UndoImport: %.0f rows of the file/s\n",
	       (double)rows / bench_seconds(since));
	return true;
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
	/* It may write what a service may. */
	snprintf(url, sizeof(url),
		 "%s options=-csearch_path=%s\\ -cecho.authority=service",
		 stage->database.owner_url, import->service);
	/* Without statistics its look-ups would read whole tables. */
	stage_query(stage, "ANALYZE");
	return bench_pgbench(url, import->row->text, clients, SECONDS);
}

/* The service's memory at rest, after the first part and after the last. */
static bool import_file(struct stage *stage, const struct import *import,
			struct rates *rates, struct rpc_peer *peer)
{
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
	printf("%s: the service has %.1f MiB before, %.1f after %ld rows, %.1f "
	       "after %ld\n",
	       import->method, rest.resident, first.resident, part,
	       last.resident, import->rows);
	return last.resident < first.resident + GROWTH_MIB;
}

static bool compare_file(struct stage *stage, const struct import *import,
			 struct rates *rates)
{
	struct rpc_peer *peer = stage_peer(stage);
	long long before = 0, count;
	long dirty = import->fault ? import->rows / DIRT : 0;
	bool good = true;

	if (import->digest) {
		before = stage_query(stage, import->digest->text);
		good = begin(stage, peer);
	}
	good = good && import_file(stage, import, rates, peer);
	count = stage_query(stage, import->count->text);
	printf("%s: %lld of %ld good rows are there\n", import->method, count,
	       import->rows - dirty);
	if (good && import->digest) {
		settle(stage);
		good = undo(stage, peer, import->rows) &&
		       stage_query(stage, import->digest->text) == before;
		printf("UndoImport: the tables are %s\n",
		       good ? "as before" : "NOT as before");
	}
	rpc_peer_free(peer);
	return good && count == import->rows - dirty;
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
	bool is_registry = import->request == import_member, good;
	struct stage stage = { .stranger = true };
	struct rates rates;

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
	good = compare_file(&stage, import, &rates);
	stage_end(&stage);
	bench_ratio(import->name, ratio(rates.ours, rates.one), 5);
	snprintf(name, sizeof(name), "%s_against_8_clients", import->name);
	bench_ratio(name, ratio(rates.ours, rates.eight), 1);
	return good;
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
