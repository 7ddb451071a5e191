/*
 * search: how long it takes to find an organisation among 5,000 and a person
 * among 100,000 while somebody types, through the registry's own methods and
 * its row-level security: for a hub's administrator, who sees 1,000 people, and
 * for the operator, who sees all. One call at a time; the ratio is the slowest
 * of a hundred calls against 10 ms.
 *
 *   bench_search BUILD_FOLDER [NAME]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_sql.h"
#include "registry.pb-c.h"
#include "schema_registry_sql.h"
#include "services/common/base/clock.h"
#include "services/common/data/sql.h"
#include "services/common/wire/json.h"
#include "tests/bench/bench.h"
#include "tests/support/credential.h"

#define TEXTS 4096
#define AIM_MS 10
#define WARM_UP 20
#define TRIES 3

static struct texts {
	struct arena *arena;
	const char *kinds[TEXTS], *requests[TEXTS];
	int count;
} texts;

static struct stage stage = { .stranger = true };

static void add_text(void *context, int columns, const char *const values[])
{
	(void)context;
	if (columns != 2 || texts.count == TEXTS)
		return;
	texts.kinds[texts.count] = arena_strdup(texts.arena, values[0]);
	texts.requests[texts.count++] = arena_strdup(texts.arena, values[1]);
}

static bool prepare(bool people)
{
	struct sql *sql = sql_open(stage.database.owner_url, "bench");
	struct error error = { STATUS_OK, "", "" };
	bool good;

	sql_schema(sql, stage.service);
	good = sql_ready(sql) &&
	       sql_text(sql, bench_search_world.text, 0, NULL, NULL, NULL,
			&error) == STATUS_OK &&
	       (!people ||
		sql_text(sql, bench_search_people_world.text, 0, NULL, NULL,
			 NULL, &error) == STATUS_OK) &&
	       /* As autovacuum will leave it, not as it was written at once. */
	       sql_text(sql, "VACUUM", 0, NULL, NULL, NULL, &error) ==
		       STATUS_OK &&
	       sql_text(sql, bench_search_texts.text, 0, NULL, add_text, NULL,
			&error) == STATUS_OK;
	if (!good)
		fprintf(stderr, "bench: %s\n", error.message);
	sql_close(sql);
	return good;
}

struct search {
	const char *name, *kind, *method;
	const message_type *input, *output;
	const char *role; /* NULL: the operator */
};

/* One call's milliseconds; -1 when it failed. found says whether it found. */
static double search_ms(struct rpc_peer *peer, const struct search *search,
			const char *json, bool *found)
{
	struct rpc_options options = { .timeout_us = 10 * CLOCK_SECOND };
	struct arena *arena = arena_new(1 << 16);
	ProtobufCMessage *request, *reply = NULL;
	struct error error;
	double took = -1;
	int64_t since;

	if (search->role)
		credential_role(&stage, arena, search->role,
				RPC__GRANT__SCOPE__hub,
				"00000000-0000-4000-8000-000000000001",
				&options);
	else
		credential_admin(&stage, arena, &options);
	if (json_parse(arena, search->input, json, &request, &error) ==
	    STATUS_OK) {
		since = clock_monotonic();
		if (rpc_call(peer, search->method, request, search->output,
			     arena, &options, &reply, &error) == STATUS_OK)
			took = bench_seconds(since) * 1000;
	}
	if (took < 0)
		fprintf(stderr, "%s %s: %s\n", search->method, json,
			error.message);
	*found = reply && protobuf_c_message_get_packed_size(reply) > 0;
	arena_free(arena);
	return took;
}

static double best_ms(struct rpc_peer *peer, const struct search *search,
		      const char *json, bool *found)
{
	double best = search_ms(peer, search, json, found);

	for (int i = 1; i < TRIES && best >= 0; i++) {
		double took = search_ms(peer, search, json, found);

		if (took < best)
			best = took;
	}
	return best;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool measure(struct rpc_peer *peer, const struct search *search)
{
	static double took[TEXTS];
	double slowest = -1;
	const char *slow = "";
	int calls = 0, hits = 0;
	bool found;

	for (int i = 0; i < texts.count; i++) {
		if (strcmp(texts.kinds[i], search->kind) != 0)
			continue;
		took[calls] = best_ms(peer, search, texts.requests[i], &found);
		if (took[calls] < 0)
			return false;
		if (calls > WARM_UP && took[calls] > slowest) {
			slowest = took[calls];
			slow = texts.requests[i];
		}
		hits += found;
		calls++;
	}
	if (calls <= WARM_UP * 2)
		return false;
	qsort(took + WARM_UP, (size_t)(calls - WARM_UP), sizeof(*took),
	      compare);
	calls -= WARM_UP;
	printf("%s: %d searches, %d found something: %.1f ms in the middle, "
	       "%.1f ms of a hundred the slowest, %.1f ms at most (%s)\n",
	       search->name, calls + WARM_UP, hits, took[WARM_UP + calls / 2],
	       took[WARM_UP + calls * 99 / 100], slowest, slow);
	bench_ratio(search->name, took[WARM_UP + calls * 99 / 100] / AIM_MS, 1);
	return true;
}

static const struct search searches[] = {
	{ "search_organisations", "organisation", "SearchOrganisations",
	  &registry__search_organisations_request__descriptor,
	  &registry__search_organisations_reply__descriptor, "hub_admin" },
	{ "search_people_of_hub", "person_of_hub", "SearchPeople",
	  &registry__search_people_request__descriptor,
	  &registry__search_people_reply__descriptor, "hub_admin" },
	{ "search_people", "person", "SearchPeople",
	  &registry__search_people_request__descriptor,
	  &registry__search_people_reply__descriptor, NULL },
};

int main(int argc, char **argv)
{
	char program[512], keys[256];
	const char *const settings[] = {
		keys, "ECHO_NOTIFIER_URL=tcp://127.0.0.1:1",
		"ECHO_SCHEDULER_URL=tcp://127.0.0.1:1", NULL
	};
	struct rpc_peer *peer;
	const char *only;
	bool good;

	if (argc < 2 || argc > 3)
		return 2;
	only = argc == 3 ? argv[2] : NULL;
	setvbuf(stdout, NULL, _IOLBF, 0);
	texts.arena = arena_new(1 << 20);
	snprintf(program, sizeof(program), "%s/services/registry/registry",
		 argv[1]);
	stage_make(&stage, "registry", program, registry_migrations, 1);
	snprintf(keys, sizeof(keys), "ECHO_SIGNING_KEYS=%s",
		 stage.signing_keys);
	stage.settings = settings;
	good = prepare(!only || strstr(only, "people"));
	if (good) {
		stage_start(&stage, 0);
		peer = stage_peer(&stage);
		for (size_t i = 0; i < sizeof(searches) / sizeof(*searches);
		     i++)
			if (!only || !strcmp(only, searches[i].name))
				good = measure(peer, &searches[i]) && good;
		rpc_peer_free(peer);
	}
	stage_end(&stage);
	arena_free(texts.arena);
	return good ? 0 : 1;
}
