/*
 * signin: does the time of an answer tell whether an address is known? Calls for
 * known and unknown addresses alternate at random; the medians and the 99th
 * percentiles are compared, and how often a guess by time is right: 0.5 is
 * chance. Beside it the same for a service that looks the address up before it
 * answers (FindPeopleByEmail), to show that the measure would find it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_sql.h"
#include "registry.pb-c.h"
#include "schema_registry_sql.h"
#include "services/common/base/clock.h"
#include "services/common/data/sql.h"
#include "tests/bench/bench.h"
#include "tests/support/credential.h"
#include "tests/support/stage.h"

#define CALLS 6000
#define PEOPLE 20000

struct samples {
	double known[CALLS], unknown[CALLS];
	int known_count, unknown_count;
};

static bool request_link(struct rpc_peer *peer, struct arena *arena,
			 const struct rpc_options *options, char *address,
			 int i)
{
	Registry__SignInRequest request = REGISTRY__SIGN_IN_REQUEST__INIT;
	ProtobufCMessage *reply;
	struct error error;

	(void)options;
	request.address = address;
	/* a source may ask only so often */
	request.source = arena_printf(arena, "2001:db8::%x", i);
	return rpc_call(peer, "RequestSignIn", &request.base,
			&rpc__done__descriptor, arena, NULL, &reply,
			&error) == STATUS_OK;
}

static bool look_up(struct rpc_peer *peer, struct arena *arena,
		    const struct rpc_options *options, char *address, int i)
{
	Registry__FindPeopleByEmailRequest request =
		REGISTRY__FIND_PEOPLE_BY_EMAIL_REQUEST__INIT;
	ProtobufCMessage *reply;
	struct error error;

	(void)i;
	request.email = address;
	return rpc_call(peer, "FindPeopleByEmail", &request.base,
			&registry__find_people_by_email_reply__descriptor,
			arena, options, &reply, &error) == STATUS_OK;
}

typedef bool ask(struct rpc_peer *peer, struct arena *arena,
		 const struct rpc_options *options, char *address, int i);

static bool measure(ask *how, int calls, struct rpc_peer *peer,
		    const struct rpc_options *options, struct samples *samples)
{
	struct arena *arena = arena_new(8192);
	bool good = true;

	samples->known_count = samples->unknown_count = 0;
	srandom(7);
	for (int i = 0; good && i < calls; i++) {
		bool known = random() & 1;
		char *address = arena_printf(
			arena, "last%ld@%s.example.org",
			1 + random() % PEOPLE, known ? "known" : "other");
		int64_t since = clock_monotonic();
		double took;

		good = how(peer, arena, options, address, i);
		took = bench_seconds(since) * 1e6;
		if (known)
			samples->known[samples->known_count++] = took;
		else
			samples->unknown[samples->unknown_count++] = took;
		arena_reset(arena);
	}
	arena_free(arena);
	return good;
}

/* How often a known one took longer than an unknown one; both sorted. */
static double right_guesses(const struct samples *samples)
{
	double right = 0;
	int below = 0;

	for (int i = 0; i < samples->known_count; i++) {
		while (below < samples->unknown_count &&
		       samples->unknown[below] < samples->known[i])
			below++;
		right += below;
	}
	return right / samples->known_count / samples->unknown_count;
}

static void report(const char *name, struct samples *samples)
{
	double known = bench_median(samples->known, samples->known_count);
	double unknown = bench_median(samples->unknown,
				      samples->unknown_count);
	char label[64];

	printf("%s: known %.0f us (p99 %.0f), unknown %.0f us (p99 %.0f)\n",
	       name, known, samples->known[samples->known_count * 99 / 100],
	       unknown, samples->unknown[samples->unknown_count * 99 / 100]);
	snprintf(label, sizeof(label), "%s_known_to_unknown", name);
	bench_ratio(label, known / unknown, 1);
	snprintf(label, sizeof(label), "%s_guessed_by_time", name);
	bench_ratio(label, right_guesses(samples), 0.5);
}

static bool people(const struct stage *stage)
{
	struct sql *sql = sql_open(stage->database.owner_url, "bench");
	struct error error = { STATUS_OK, "", "" };
	bool good;

	sql_schema(sql, stage->service);
	good = sql_ready(sql) &&
	       sql_text(sql, bench_signin_world.text, 0, NULL, NULL, NULL,
			&error) == STATUS_OK &&
	       sql_text(sql, "ANALYZE", 0, NULL, NULL, NULL, &error) ==
		       STATUS_OK;
	if (!good)
		fprintf(stderr, "bench: %s\n", error.message);
	sql_close(sql);
	return good;
}

int main(int argc, char **argv)
{
	static struct stage stage = { .stranger = true };
	static struct samples samples;
	struct arena *arena = arena_new(4096);
	struct rpc_options options = { .timeout_us = 0 };
	char program[512], keys[256];
	const char *const settings[] = {
		keys, "ECHO_NOTIFIER_URL=tcp://127.0.0.1:1",
		"ECHO_SCHEDULER_URL=tcp://127.0.0.1:1", NULL
	};
	struct rpc_peer *peer;
	bool good;

	if (argc != 2)
		return 2;
	snprintf(program, sizeof(program), "%s/services/registry/registry",
		 argv[1]);
	stage_make(&stage, "registry", program, registry_migrations, 1);
	snprintf(keys, sizeof(keys), "ECHO_SIGNING_KEYS=%s",
		 stage.signing_keys);
	stage.settings = settings;
	stage.loud = getenv("LOUD") != NULL;
	if (!people(&stage))
		return 1;
	stage_start(&stage, 0);
	peer = stage_peer(&stage);
	credential_admin(&stage, arena, &options);
	good = measure(look_up, CALLS / 30, peer, &options, &samples);
	if (good)
		report("look_up", &samples);
	good = good && measure(request_link, CALLS, peer, &options, &samples);
	if (good)
		report("sign_in", &samples);
	rpc_peer_free(peer);
	stage_end(&stage);
	arena_free(arena);
	return good ? 0 : 1;
}
