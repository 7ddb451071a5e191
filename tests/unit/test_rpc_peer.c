/*
 * rpc over several replicas of a service: who is asked, who is asked again,
 * who is left out, and that a death fails no call.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "rpc_server.h"
#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/wire/rpc.h"

#define MS INT64_C(1000)
#define SERVERS 4

static struct seal_ring *registry, *superhub;
static struct rpc_server *servers[SERVERS];
static struct rpc_peer *peer;
static struct arena *arena;

static void set_up(void)
{
	log_open("test", "error");
	rpc_server_rings(&registry, &superhub);
	arena = arena_new(4096);
}

static void tear_down(void)
{
	rpc_peer_free(peer);
	for (size_t i = 0; i < SERVERS; i++)
		rpc_server_free(servers[i]);
	arena_free(arena);
	rpc_server_end(registry, superhub);
}

TestSuite(rpc_peer, .init = set_up, .fini = tear_down, .timeout = 60);

static struct rpc_pending *send_one(const struct rpc_options *options)
{
	static Rpc__Doorbell bell = RPC__DOORBELL__INIT;
	ProtobufCMessage *request[1] = { &bell.base };

	bell.seq = 7;
	return rpc_send(peer, "Echo", 1, request, arena, options);
}

static enum status wait_one(struct rpc_pending *pending)
{
	struct rpc_result result = { .reply = NULL };
	struct error error;
	enum status status = rpc_wait(pending, &rpc__doorbell__descriptor,
				      arena, &result, &error);

	if (status != STATUS_OK)
		return status;
	cr_assert_eq(((Rpc__Doorbell *)result.reply)->seq, 7);
	return result.error.status;
}

static enum status call(const struct rpc_options *options)
{
	return wait_one(send_one(options));
}

/* Start count servers and a peer that is connected to them all. */
static void start(size_t count)
{
	char urls[SERVERS * 160] = "";
	struct rpc_pending *pending[4 * SERVERS];

	for (size_t i = 0; i < count; i++) {
		servers[i] = rpc_server_new(registry, "tcp://127.0.0.1:0");
		snprintf(urls + strlen(urls), sizeof(urls) - strlen(urls),
			 "%s%s", i ? "," : "", rpc_server_url(servers[i]));
	}
	peer = rpc_peer_new(superhub, "registry", urls);
	for (bool all = false; !all;) {
		for (size_t i = 0; i < 4 * count; i++)
			pending[i] = send_one(NULL);
		for (size_t i = 0; i < 4 * count; i++)
			cr_assert_eq(wait_one(pending[i]), STATUS_OK);
		all = true;
		for (size_t i = 0; i < count; i++)
			all = all && rpc_server_seen(servers[i]) > 0;
	}
	cr_assert_eq(rpc_peer_stats(peer).endpoints, (int)count);
	cr_assert_eq(rpc_peer_stats(peer).retries, 0);
}

/* Names and numbers of one address are one endpoint. */
Test(rpc_peer, resolves_names)
{
	char urls[200];
	int port = 0;

	servers[0] = rpc_server_new(registry, "tcp://127.0.0.1:0");
	cr_assert_eq(sscanf(rpc_server_url(servers[0]), "tcp://127.0.0.1:%d",
			    &port), 1);
	snprintf(urls, sizeof(urls),
		 "tcp://localhost:%d,tcp://127.0.0.1:%d,"
		 "tcp://no-such-host.invalid:7101", port, port);
	peer = rpc_peer_new(superhub, "registry", urls);
	cr_assert_eq(call(NULL), STATUS_OK);
	cr_assert_eq(rpc_peer_stats(peer).endpoints, 1);
}

struct caller {
	pthread_t thread;
	int calls;
	int failures;
};

static void *call_often(void *arg)
{
	Rpc__Doorbell bell = RPC__DOORBELL__INIT;
	struct caller *caller = arg;
	struct arena *own = arena_new(4096);

	for (int i = 0; i < caller->calls; i++) {
		ProtobufCMessage *reply = NULL;

		caller->failures +=
			rpc_call(peer, "Echo", &bell.base,
				 &rpc__doorbell__descriptor, own, NULL, &reply,
				 NULL) != STATUS_OK;
		arena_reset(own);
	}
	arena_free(own);
	return NULL;
}

/* So many calls from each of 16 threads. */
static void call_from_threads(int calls)
{
	struct caller callers[16];

	for (size_t i = 0; i < 16; i++) {
		callers[i] = (struct caller){ .calls = calls };
		cr_assert_eq(pthread_create(&callers[i].thread, NULL,
					    call_often, &callers[i]), 0);
	}
	for (size_t i = 0; i < 16; i++) {
		pthread_join(callers[i].thread, NULL);
		cr_assert_eq(callers[i].failures, 0);
	}
}

Test(rpc_peer, shares_calls_evenly)
{
	size_t before[3];

	start(3);
	for (size_t i = 0; i < 3; i++)
		before[i] = rpc_server_seen(servers[i]);
	call_from_threads(200);
	for (size_t i = 0; i < 3; i++) {
		size_t share = rpc_server_seen(servers[i]) - before[i];

		cr_assert(share > 640 && share < 1600, "%zu of 3200", share);
	}
}

Test(rpc_peer, gives_less_to_the_slow)
{
	start(2);
	size_t before = rpc_server_seen(servers[0]);
	rpc_server_serve(servers[0], SERVE_ECHO, STATUS_OK, 50);
	call_from_threads(200);
	size_t share = rpc_server_seen(servers[0]) - before;
	cr_assert(share < 640, "%zu of 3200", share);
}

Test(rpc_peer, a_hung_replica_is_ejected_and_probed)
{
	struct rpc_options options = { .try_timeout_us = 60 * MS };

	start(2);
	rpc_server_serve(servers[0], SERVE_SILENCE, STATUS_OK, 0);
	for (int i = 0; i < 40; i++)
		cr_assert_eq(call(&options), STATUS_OK);
	struct rpc_peer_stats stats = rpc_peer_stats(peer);
	cr_assert_eq(stats.ejected, 1);
	cr_assert_eq(stats.timeouts, 3);
	cr_assert_eq(stats.retries, 3);
	size_t seen = rpc_server_seen(servers[0]);
	int64_t start_us = clock_monotonic();
	for (int i = 0; i < 200; i++)
		cr_assert_eq(call(&options), STATUS_OK);
	cr_assert_eq(rpc_server_seen(servers[0]), seen);
	cr_assert_lt(clock_monotonic() - start_us, CLOCK_SECOND);
	rpc_server_serve(servers[0], SERVE_ECHO, STATUS_OK, 0);
	cr_assert_eq(rpc_peer_stats(peer).ejected, 1, "not before a probe");
	for (int i = 0; i < 80 && rpc_peer_stats(peer).ejected > 0; i++)
		usleep(100000);
	cr_assert_eq(rpc_peer_stats(peer).ejected, 0);
	for (int i = 0; i < 40; i++)
		cr_assert_eq(call(&options), STATUS_OK);
	cr_assert_gt(rpc_server_seen(servers[0]), seen);
}

Test(rpc_peer, asks_another_with_the_same_id)
{
	static const enum status rows[] = { STATUS_OVERLOADED,
					    STATUS_UNAVAILABLE,
					    STATUS_UNCERTAIN };
	size_t asked_twice = 0;

	start(2);
	for (size_t i = 0; i < 12; i++) {
		uint8_t id[ID_BYTES];
		struct rpc_options options = { .request_id = id };

		id_new(id);
		rpc_server_serve(servers[0],
				 i % 2 ? SERVE_STATUS : SERVE_RESULT,
				 rows[i % 3], 0);
		cr_assert_eq(call(&options), STATUS_OK, "row %zu", i);
		cr_assert(rpc_server_saw(servers[1], id));
		asked_twice += rpc_server_saw(servers[0], id);
	}
	cr_assert_eq(rpc_peer_stats(peer).retries, asked_twice);
	cr_assert_gt(asked_twice, 0);
}

Test(rpc_peer, asks_three_different_ones_at_most)
{
	uint8_t id[ID_BYTES];
	struct rpc_options options = { .request_id = id };
	size_t asked = 0, before = 0, after = 0;

	start(4);
	id_new(id);
	for (size_t i = 0; i < 4; i++) {
		before += rpc_server_seen(servers[i]);
		rpc_server_serve(servers[i], SERVE_STATUS, STATUS_UNAVAILABLE,
				 0);
	}
	cr_assert_eq(call(&options), STATUS_UNAVAILABLE);
	for (size_t i = 0; i < 4; i++) {
		after += rpc_server_seen(servers[i]);
		asked += rpc_server_saw(servers[i], id);
	}
	cr_assert_eq(after - before, 3);
	cr_assert_eq(asked, 3);
}

/* An answer "not executed" after a silence is not the whole truth. */
Test(rpc_peer, is_uncertain_once_a_try_was_silent)
{
	struct rpc_options options = { .timeout_us = 500 * MS,
				       .try_timeout_us = 100 * MS };
	int uncertain = 0;

	start(2);
	rpc_server_serve(servers[0], SERVE_SILENCE, STATUS_OK, 0);
	rpc_server_serve(servers[1], SERVE_RESULT, STATUS_UNAVAILABLE, 0);
	for (int i = 0; i < 6; i++) {
		enum status status = call(&options);

		cr_assert(status == STATUS_UNCERTAIN ||
			  status == STATUS_UNAVAILABLE);
		uncertain += status == STATUS_UNCERTAIN;
	}
	cr_assert_gt(uncertain, 0);
}

Test(rpc_peer, retries_within_a_budget)
{
	start(3);
	uint64_t calls = rpc_peer_stats(peer).calls;
	for (size_t i = 0; i < 3; i++)
		rpc_server_serve(servers[i], SERVE_STATUS, STATUS_OVERLOADED,
				 0);
	for (int i = 0; i < 500; i++)
		cr_assert_eq(call(NULL), STATUS_OVERLOADED);
	struct rpc_peer_stats stats = rpc_peer_stats(peer);
	cr_assert_eq(stats.calls - calls, 500);
	/* A tenth of the calls, and the 256 that were saved up. */
	cr_assert_leq(stats.retries, 306);
	cr_assert_geq(stats.retries, 300);
}

Test(rpc_peer, a_draining_replica_is_the_last_choice)
{
	start(2);
	rpc_server_serve(servers[0], SERVE_DRAINING, STATUS_OK, 0);
	for (int i = 0; i < 50; i++)
		cr_assert_eq(call(NULL), STATUS_OK);
	size_t seen = rpc_server_seen(servers[0]);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(call(NULL), STATUS_OK);
	cr_assert_eq(rpc_server_seen(servers[0]), seen);
	rpc_server_free(servers[1]);
	servers[1] = NULL;
	for (int i = 0; i < 20; i++)
		cr_assert_eq(call(NULL), STATUS_OK);
	cr_assert_geq(rpc_server_seen(servers[0]), seen + 20);
}

Test(rpc_peer, a_replica_that_dies_fails_no_call)
{
	enum { COUNT = 8 };
	struct rpc_pending *pending[COUNT];

	start(2);
	size_t before = rpc_server_seen(servers[0]);
	rpc_server_serve(servers[0], SERVE_ECHO, STATUS_OK, 5000);
	for (int i = 0; i < COUNT; i++)
		pending[i] = send_one(NULL);
	cr_assert(rpc_server_wait(servers[0], before + 1));
	rpc_server_free(servers[0]);
	servers[0] = NULL;
	for (int i = 0; i < COUNT; i++)
		cr_assert_eq(wait_one(pending[i]), STATUS_OK);
	cr_assert_gt(rpc_peer_stats(peer).retries, 0);
	cr_assert_eq(rpc_peer_stats(peer).timeouts, 0);
}
