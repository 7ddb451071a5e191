/* settings: the common table, two rows for each peer, the service's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/base/text.h"
#include "services/common/run/private.h"

#define COMMON 16

static size_t common_table(struct settings *s, struct setting table[COMMON])
{
	const struct setting rows[] = {
		{ .name = "ECHO_LISTEN", .value = &s->listen,
		  .about = "where this service answers, tcp://HOST:PORT" },
		{ .name = "ECHO_PUBLISH", .value = &s->publish,
		  .about = "where it rings the doorbell, tcp://HOST:PORT" },
		{ .name = "ECHO_HTTP_LISTEN", .value = &s->http_listen,
		  .about = "healthz, readyz and metrics, http://HOST:PORT" },
		{ .name = "ECHO_DATABASE_URL", .value = &s->database_url,
		  .secret = true,
		  .about = "PostgreSQL, as libpq takes it" },
		{ .name = "ECHO_KEYS", .value = &s->keys, .secret = true,
		  .about = "own secret keys, lines of KEY_ID BASE64" },
		{ .name = "ECHO_PEERS", .value = &s->peers,
		  .about = "public keys, lines of SERVICE KEY_ID BASE64" },
		{ .name = "ECHO_CREDENTIAL_KEYS",
		  .value = &s->credential_keys,
		  .about = "the registry's public keys, lines of KEY_ID BASE64" },
		{ .name = "ECHO_WRITE_WORKERS", .type = SETTING_INT,
		  .value = &s->write_workers, .fallback = "2", .min = 1,
		  .max = 64, .about = "threads that write" },
		{ .name = "ECHO_READ_WORKERS", .type = SETTING_INT,
		  .value = &s->read_workers, .fallback = "2", .min = 1,
		  .max = 64, .about = "threads that read" },
		{ .name = "ECHO_QUEUE_MAX", .type = SETTING_INT,
		  .value = &s->queue_max, .fallback = "512", .min = 1,
		  .max = 8192, .about = "requests that may wait" },
		{ .name = "ECHO_DRAIN_SECONDS", .type = SETTING_INT,
		  .value = &s->drain_seconds, .fallback = "5", .min = 0,
		  .max = 300,
		  .about = "seconds that SIGTERM goes on serving" },
		{ .name = "ECHO_CLOCK_FILE", .value = &s->clock_file,
		  .fallback = "",
		  .about = "file with the domain's time; empty: the clock" },
		{ .name = "ECHO_LOG_LEVEL", .value = &s->log_level,
		  .fallback = "info", .choices = "debug info warn error",
		  .about = "what is logged" },
		{ 0 },
	};

	memcpy(table, rows, sizeof(rows));
	return sizeof(rows) / sizeof(*rows);
}

static void add_peer(struct service_run *run, const char *service)
{
	for (int i = 0; i < run->peer_count; i++)
		if (!strcmp(run->peers[i].service, service))
			return;
	if (run->peer_count < PEERS_MAX)
		run->peers[run->peer_count++].service = service;
}

static void find_peers(struct service_run *run)
{
	const struct follow *follow = run->service->follows;
	char *words, *rest;

	for (; follow && follow->service; follow++)
		add_peer(run, follow->service);
	if (!run->service->peers)
		return;
	words = strdup(run->service->peers); /* for the process's life */
	for (char *word = strtok_r(words, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		add_peer(run, word);
}

static const char *peer_name(const char *service, const char *suffix)
{
	char *name = NULL;

	if (asprintf(&name, "ECHO_%s%s", service, suffix) < 0)
		abort();
	for (char *c = name; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return name;
}

static void peer_table(struct service_run *run,
		       struct setting table[PEERS_MAX * 2 + 1])
{
	int n = 0;

	for (int i = 0; i < run->peer_count; i++) {
		struct peer *peer = &run->peers[i];

		table[n++] = (struct setting){
			.name = peer_name(peer->service, "_URL"),
			.value = &peer->url,
			.about = "where that service answers; several are "
				 "separated by commas" };
		table[n++] = (struct setting){
			.name = peer_name(peer->service, "_NEWS_URL"),
			.value = &peer->news_url, .fallback = "",
			.about = "where it rings; empty: look every second" };
	}
	table[n] = (struct setting){ 0 };
}

static void print_usage(const struct service *service)
{
	printf("Usage: %s [migrate | --help | --version]\n"
	       "Without a command: serve. All settings come from the "
	       "environment;\nNAME_FILE reads one from a file.\n\n",
	       service->name);
}

void settings_load(struct service_run *run, int argc, char **argv)
{
	static struct setting common[COMMON], peers[PEERS_MAX * 2 + 1];
	static const struct setting none = { 0 };
	const struct setting *tables[] = { common, peers,
					   run->service->settings
						   ? run->service->settings
						   : &none };

	find_peers(run);
	common_table(&run->settings, common);
	peer_table(run, peers);
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("%s %s\n", run->service->name, run->service->version);
		exit(0);
	}
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		print_usage(run->service);
		env_help(tables, 3, stdout);
		exit(0);
	}
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "migrate"))) {
		fprintf(stderr, "%s: unknown command; try --help\n", argv[0]);
		exit(2);
	}
	if (env_load(tables, 3, stderr))
		exit(2);
}
