/*
 * footprint: what each of the four services needs before anybody asks it
 * anything: the time from exec to ready (median of several starts) and the
 * memory at rest, two seconds later. All four run and follow each other, as
 * they do in use. There is no peer: the ratios are against the aims, and less
 * is better.
 *
 *   bench_footprint BUILD_FOLDER
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "schema_notifier_sql.h"
#include "schema_registry_sql.h"
#include "schema_reporting_sql.h"
#include "schema_scheduler_sql.h"
#include "services/common/base/clock.h"
#include "tests/bench/bench.h"
#include "tests/support/stage.h"

#define SERVICES 4
#define STARTS 5
#define REST_S 2
#define AIM_MS 200
#define AIM_MIB 15
#define SETTINGS 8

static struct suite {
	const char *name;
	const struct statement *migrations;
	const char *settings[SETTINGS];
	struct stage stage;
} suite[SERVICES] = {
	{ "registry",
	  registry_migrations,
	  { "ECHO_NOTIFIER_URL=tcp://127.0.0.1:1" } },
	{ "scheduler", scheduler_migrations, { 0 } },
	{ "notifier",
	  notifier_migrations,
	  { "ECHO_SMTP_URL=smtp://127.0.0.1:1",
	    "ECHO_MAIL_FROM=echo@example.org" } },
	{ "reporting", reporting_migrations, { 0 } },
};

static void add_setting(struct arena *arena, struct suite *service,
			const char *name, const char *value)
{
	for (int i = 0; i + 1 < SETTINGS; i++)
		if (!service->settings[i]) {
			service->settings[i] =
				arena_printf(arena, "%s=%s", name, value);
			return;
		}
}

/* A public key is a line of a stage's peers; together they all know each
 * other. */
static const char *all_peers(struct arena *arena)
{
	const char *text = "";

	for (int i = 0; i < SERVICES; i++) {
		const char *peers = suite[i].stage.peers;

		text = arena_printf(arena, "%s%.*s\n", text,
				    (int)strcspn(peers, "\n"), peers);
	}
	return text;
}

static void introduce(struct arena *arena, struct suite *service)
{
	static const char *const urls[] = { "ECHO_REGISTRY_URL",
					    "ECHO_SCHEDULER_URL" };
	static const char *const news[] = { "ECHO_REGISTRY_NEWS_URL",
					    "ECHO_SCHEDULER_NEWS_URL" };

	add_setting(arena, service, "ECHO_PEERS", all_peers(arena));
	for (int i = 0; i < 2; i++) {
		const struct replica *other = &suite[i].stage.replicas[0];

		if (service == &suite[i])
			continue;
		add_setting(
			arena, service, urls[i],
			arena_printf(arena, "tcp://127.0.0.1:%d", other->port));
		add_setting(arena, service, news[i],
			    arena_printf(arena, "tcp://127.0.0.1:%d",
					 other->news_port));
	}
	if (service->migrations == registry_migrations)
		add_setting(arena, service, "ECHO_SIGNING_KEYS",
			    service->stage.signing_keys);
	service->stage.settings = service->settings;
	service->stage.stranger = true;
}

static double ready_ms(struct stage *stage)
{
	const struct timespec pause = { 0, 500 * 1000 };
	int64_t since = stage_spawn(stage, 0);

	while (!stage_ready(stage, 0) && bench_seconds(since) < 20)
		nanosleep(&pause, NULL);
	return bench_seconds(since) * 1000;
}

static void measure(struct suite *service)
{
	double starts[STARTS], ready;
	struct bench_memory memory;
	char name[64];

	for (int i = 0; i < STARTS; i++) {
		stage_signal(&service->stage, 0, SIGTERM);
		starts[i] = ready_ms(&service->stage);
	}
	sleep(REST_S);
	memory = bench_memory(service->stage.replicas[0].pid);
	ready = bench_median(starts, STARTS);
	printf("%s: ready after %.0f ms (%.0f to %.0f); %.1f MiB at rest, of "
	       "them %.1f in no file, %.1f with pages of libraries divided\n",
	       service->name, ready, starts[0], starts[STARTS - 1],
	       memory.resident, memory.anonymous, memory.share);
	snprintf(name, sizeof(name), "footprint_%s_rss", service->name);
	bench_ratio(name, memory.resident / AIM_MIB, 1);
	snprintf(name, sizeof(name), "footprint_%s_ready", service->name);
	bench_ratio(name, ready / AIM_MS, 1);
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new(4096);

	if (argc != 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < SERVICES; i++)
		stage_make(&suite[i].stage, suite[i].name,
			   arena_printf(arena, "%s/services/%s/%s", argv[1],
					suite[i].name, suite[i].name),
			   suite[i].migrations, 1);
	for (int i = 0; i < SERVICES; i++)
		introduce(arena, &suite[i]);
	for (int i = 0; i < SERVICES; i++) {
		suite[i].stage.loud = getenv("LOUD") != NULL;
		stage_start(&suite[i].stage, 0);
	}
	for (int i = 0; i < SERVICES; i++)
		measure(&suite[i]);
	for (int i = 0; i < SERVICES; i++)
		stage_end(&suite[i].stage);
	arena_free(arena);
	return 0;
}
