/*
 * http: /healthz, /readyz and /metrics on a port of their own, by nng's HTTP
 * server. Liveness never asks the database; readiness says whether requests
 * should come here.
 */
#include <stdlib.h>
#include <string.h>

#include <nng/nng.h>
#include <nng/supplemental/http/http.h>

#include "services/common/base/log.h"
#include "services/common/base/text.h"
#include "services/common/run/private.h"

struct http {
	struct service_run *run;
	nng_http_server *server;
};

static void respond(nng_aio *aio, uint16_t code, const char *body)
{
	nng_http_res *res;

	if (nng_http_res_alloc(&res)) {
		nng_aio_finish(aio, NNG_ENOMEM);
		return;
	}
	nng_http_res_set_status(res, code);
	nng_http_res_set_header(res, "Content-Type",
				"text/plain; version=0.0.4; charset=utf-8");
	nng_http_res_copy_data(res, body, strlen(body));
	nng_aio_set_output(aio, 0, res);
	nng_aio_finish(aio, 0);
}

static struct http *http_of(nng_aio *aio)
{
	return nng_http_handler_get_data(nng_aio_get_input(aio, 1));
}

/* nng's reaper thread can hang for good: everything goes on working, but it is
 * time to be started anew. */
static void healthz(nng_aio *aio)
{
	bool stuck = rpc_stuck();

	respond(aio, stuck ? 503 : 200,
		stuck ? "nng is stuck: restart\n" : "ok\n");
}

static void readyz(nng_aio *aio)
{
	struct service_run *run = http_of(aio)->run;
	bool ready = atomic_load(&run->ready);

	respond(aio, ready ? 200 : 503,
		ready ? "ready\n" : atomic_load(&run->unready));
}

static void add_methods(struct text *out, struct service_run *run)
{
	static const struct {
		const char *name, *help;
		size_t offset;
	} counters[] = {
		{ "echo_calls_total", "Envelopes answered",
		  offsetof(struct plan_stats, calls) },
		{ "echo_errors_total", "Envelopes with a failure",
		  offsetof(struct plan_stats, errors) },
		{ "echo_groups_total", "Transactions that served them",
		  offsetof(struct plan_stats, groups) },
		{ "echo_call_microseconds_total", "Time from arrival to reply",
		  offsetof(struct plan_stats, duration_us) },
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++) {
		text_printf(out, "# HELP %s %s\n# TYPE %s counter\n",
			    counters[i].name, counters[i].help,
			    counters[i].name);
		for (size_t j = 0; j < run->plans.count; j++) {
			struct plan *plan = &run->plans.list[j];
			atomic_llong *value = (atomic_llong *)(void *)(
				(char *)&plan->stats + counters[i].offset);

			text_printf(out, "%s{method=\"%s\"} %lld\n",
				    counters[i].name, plan->method->name,
				    (long long)atomic_load(value));
		}
	}
}

static void add_follows(struct text *out, struct service_run *run)
{
	const struct follow *follow = run->service->follows;

	if (follow && follow->service)
		text_add(out, "# TYPE echo_follow_lag gauge\n");
	for (int i = 0; follow && follow[i].service; i++) {
		struct follow_state *state = &run->follow_states[i];

		text_printf(out,
			    "echo_follow_lag{service=\"%s\",feed=\"%s\"} "
			    "%lld\n", follow[i].service, follow[i].feed,
			    (long long)(atomic_load(&state->head_seq) -
					atomic_load(&state->seq)));
	}
}

static void metrics(nng_aio *aio)
{
	struct service_run *run = http_of(aio)->run;
	struct arena *arena = arena_new(16384);
	struct text out = text_new(arena);
	int count = atomic_load(&run->counter_count);

	text_printf(&out,
		    "# TYPE echo_ready gauge\necho_ready %d\n"
		    "# TYPE echo_queue gauge\necho_queue{kind=\"write\"} %zu\n"
		    "echo_queue{kind=\"read\"} %zu\n",
		    atomic_load(&run->ready), queue_length(run->writes),
		    queue_length(run->reads));
	add_methods(&out, run);
	add_follows(&out, run);
	for (int i = 0; i < count; i++)
		text_printf(&out,
			    "# TYPE echo_%s_total counter\n"
			    "echo_%s_total %lld\n",
			    run->counters[i].name, run->counters[i].name,
			    (long long)atomic_load(&run->counters[i].value));
	respond(aio, 200, out.bytes);
	arena_free(arena);
}

static int add_handler(struct http *http, const char *path,
		       void (*function)(nng_aio *))
{
	nng_http_handler *handler;
	int result = nng_http_handler_alloc(&handler, path, function);

	if (!result)
		result = nng_http_handler_set_data(handler, http, NULL);
	if (!result)
		result = nng_http_server_add_handler(http->server, handler);
	return result;
}

struct http *http_start(struct service_run *run)
{
	struct http *http = calloc(1, sizeof(*http));
	const char *listen = run->settings.http_listen;
	nng_url *url;
	int result;

	if (!http)
		log_fatal("out of memory", NULL);
	http->run = run;
	result = nng_url_parse(&url, listen);
	if (!result) {
		result = nng_http_server_hold(&http->server, url);
		nng_url_free(url);
	}
	if (!result)
		result = add_handler(http, "/healthz", healthz);
	if (!result)
		result = add_handler(http, "/readyz", readyz);
	if (!result)
		result = add_handler(http, "/metrics", metrics);
	if (!result)
		result = nng_http_server_start(http->server);
	if (result)
		log_fatal("cannot listen", "setting", "ECHO_HTTP_LISTEN",
			  "url", listen, "why", nng_strerror(result), NULL);
	return http;
}

void http_stop(struct http *http)
{
	nng_http_server_stop(http->server);
	nng_http_server_release(http->server);
	free(http);
}
