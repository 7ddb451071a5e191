/*
 * rpc: what a call comes to, in good and bad days of one service. Balancing,
 * ejection and dead dialers are in test_rpc_peer.c.
 */
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

static struct seal_ring *registry, *superhub;
static struct rpc_server *server;
static struct rpc_peer *peer;
static struct arena *arena;

static void set_up(void)
{
	log_open("test", "error");
	rpc_server_rings(&registry, &superhub);
	server = rpc_server_new(registry, "tcp://127.0.0.1:0");
	peer = rpc_peer_new(superhub, "registry", rpc_server_url(server));
	arena = arena_new(4096);
}

static void tear_down(void)
{
	rpc_peer_free(peer);
	rpc_server_free(server);
	arena_free(arena);
	rpc_server_end(registry, superhub);
}

TestSuite(rpc, .init = set_up, .fini = tear_down, .timeout = 60);

static ProtobufCMessage *bell(const char *feed, int64_t seq)
{
	Rpc__Doorbell *message = arena_alloc(arena, sizeof(*message));

	rpc__doorbell__init(message);
	message->feed = arena_strdup(arena, feed);
	message->seq = seq;
	return &message->base;
}

static enum status call(const struct rpc_options *options,
			Rpc__Doorbell **reply, struct error *error)
{
	ProtobufCMessage *message = NULL;
	enum status status = rpc_call(peer, "Echo", bell("hub", 7),
				      &rpc__doorbell__descriptor, arena,
				      options, &message, error);

	*reply = (Rpc__Doorbell *)message;
	return status;
}

/* Replace the peer; nng leaks what is closed while it connects, so not before
 * the first one has. */
static void new_peer(const char *url)
{
	static bool settled;
	Rpc__Doorbell *reply = NULL;

	if (!settled)
		cr_assert_eq(call(NULL, &reply, NULL), STATUS_OK);
	settled = true;
	rpc_peer_free(peer);
	peer = rpc_peer_new(superhub, "registry", url);
}

Test(rpc, carries_a_call_and_its_answer)
{
	uint8_t id[ID_BYTES];
	struct rpc_options options = {
		.timeout_us = 3 * CLOCK_SECOND,
		.credential = "a token",
		.credential_length = 7,
		.trace = "page /hubs",
		.request_id = id,
	};
	Rpc__Doorbell *reply = NULL;
	struct error error;
	char last[200];
	int64_t now = clock_wall();

	id_new(id);
	cr_assert_eq(call(&options, &reply, &error), STATUS_OK, "%s",
		     error.message);
	cr_assert_str_eq(reply->feed, "hub");
	cr_assert_eq(reply->seq, 7);
	cr_assert_eq(error.status, STATUS_OK);
	rpc_server_last(server, last);
	cr_assert_str_eq(last, "Echo|page /hubs|a token");
	cr_assert(rpc_server_saw(server, id));
	int64_t left = rpc_server_last_deadline_us(server) - now;
	cr_assert(left >= 3 * CLOCK_SECOND && left < 4 * CLOCK_SECOND);
	cr_assert_eq(call(NULL, &reply, NULL), STATUS_OK);
	rpc_server_last(server, last);
	cr_assert_str_eq(last, "Echo||");
}

Test(rpc, speaks_ipc)
{
	char url[100];
	Rpc__Doorbell *reply = NULL;
	struct error error;

	snprintf(url, sizeof(url), "ipc:///tmp/echo_test_rpc_%d",
		 (int)getpid());
	/* The peer first: start order must not matter. */
	new_peer(url);
	rpc_server_free(server);
	server = rpc_server_new(registry, url);
	cr_assert_eq(call(NULL, &reply, &error), STATUS_OK, "%s",
		     error.message);
	cr_assert_str_eq(reply->feed, "hub");
}

Test(rpc, an_answer_of_zeros_is_a_message)
{
	ProtobufCMessage *reply = NULL;

	cr_assert_eq(rpc_call(peer, "Echo", bell("", 0),
			      &rpc__doorbell__descriptor, arena, NULL, &reply,
			      NULL),
		     STATUS_OK);
	cr_assert_not_null(reply);
	cr_assert_str_eq(((Rpc__Doorbell *)reply)->feed, "");
}

Test(rpc, says_what_the_service_said)
{
	static const struct {
		enum serve serve;
		enum status status;
		bool has_reply;
	} rows[] = {
		{ SERVE_STATUS, STATUS_UNAUTHENTICATED, false },
		{ SERVE_STATUS, STATUS_UNKNOWN_METHOD, false },
		{ SERVE_STATUS, STATUS_OVERLOADED, false },
		{ SERVE_STATUS, STATUS_DEADLINE, false },
		{ SERVE_STATUS, STATUS_UNCERTAIN, false },
		{ SERVE_STATUS, STATUS_INTERNAL, false },
		{ SERVE_SHORT, STATUS_INTERNAL, false },
		{ SERVE_RESULT, STATUS_CONFLICT, true },
		{ SERVE_RESULT, STATUS_INVALID, true },
		{ SERVE_RESULT, STATUS_UNAVAILABLE, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Rpc__Doorbell *reply = NULL;
		struct error error;

		rpc_server_serve(server, rows[i].serve, rows[i].status, 0);
		cr_assert_eq(call(NULL, &reply, &error), rows[i].status,
			     "row %zu: %s", i, error.message);
		cr_assert_eq(error.status, rows[i].status);
		cr_assert(rows[i].serve == SERVE_SHORT ||
			  strcmp(error.message, "as the test says") == 0);
		cr_assert_eq(reply != NULL, rows[i].has_reply);
		if (rows[i].has_reply) {
			cr_assert_str_eq(error.field, "feed");
			cr_assert_eq(reply->seq, 7);
		}
	}
	/* There was no other replica to ask, so none was asked again. */
	cr_assert_eq(rpc_server_seen(server), sizeof(rows) / sizeof(rows[0]));
}

Test(rpc, a_batch_is_one_request)
{
	enum { COUNT = 1000 };
	ProtobufCMessage *requests[COUNT];
	static struct rpc_result results[COUNT];
	struct error error;

	for (int i = 0; i < COUNT; i++)
		requests[i] = bell("hub", i);
	cr_assert_eq(rpc_call_many(peer, "Echo", COUNT, requests,
				   &rpc__doorbell__descriptor, arena, NULL,
				   results, &error),
		     STATUS_OK, "%s", error.message);
	for (int i = 0; i < COUNT; i++) {
		cr_assert_eq(results[i].error.status, STATUS_OK);
		cr_assert_eq(((Rpc__Doorbell *)results[i].reply)->seq, i);
	}
	cr_assert_eq(rpc_server_seen(server), 1);
}

/* Three rounds of 64, answered in 50 ms each, from one thread. */
Test(rpc, many_are_in_flight_at_once)
{
	enum { COUNT = 64 };
	struct rpc_pending *pending[COUNT];
	Rpc__Doorbell *reply = NULL;

	cr_assert_eq(call(NULL, &reply, NULL), STATUS_OK);
	int64_t start_us = clock_monotonic();
	rpc_server_serve(server, SERVE_ECHO, STATUS_OK, 50);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < COUNT; i++) {
			ProtobufCMessage *request[1] = { bell("hub", i) };

			pending[i] = rpc_send(peer, "Echo", 1, request, arena,
					      NULL);
		}
		for (int i = 0; i < COUNT; i++) {
			struct rpc_result result;
			struct error error;

			cr_assert_eq(rpc_wait(pending[i],
					      &rpc__doorbell__descriptor,
					      arena, &result, &error),
				     STATUS_OK, "%s", error.message);
			cr_assert_eq(((Rpc__Doorbell *)result.reply)->seq, i);
		}
	}
	cr_assert_eq(rpc_server_seen(server), 1 + 3 * COUNT);
	cr_assert_lt(clock_monotonic() - start_us, CLOCK_SECOND);
}

Test(rpc, more_than_256_are_refused_and_not_sent)
{
	enum { COUNT = 300, MAX = 256 };
	struct rpc_pending *pending[COUNT];
	int refused = 0;
	ProtobufCMessage *request[1] = { bell("hub", 1) };
	Rpc__Doorbell *reply = NULL;

	rpc_server_serve(server, SERVE_ECHO, STATUS_OK, 20);
	cr_assert_eq(call(NULL, &reply, NULL), STATUS_OK);
	for (int i = 0; i < COUNT; i++)
		pending[i] = rpc_send(peer, "Echo", 1, request, arena, NULL);
	for (int i = 0; i < COUNT; i++) {
		struct rpc_result result;
		struct error error;
		enum status status =
			rpc_wait(pending[i], &rpc__doorbell__descriptor, arena,
				 &result, &error);

		cr_assert(status == STATUS_OK || status == STATUS_OVERLOADED);
		refused += status == STATUS_OVERLOADED;
	}
	cr_assert_eq(refused, COUNT - MAX);
	cr_assert_eq(rpc_server_seen(server), 1 + MAX);
	cr_assert_eq(call(NULL, &reply, NULL), STATUS_OK);
}

/* The answer rests until it is fetched, also past the call's deadline. */
Test(rpc, an_answer_may_be_fetched_late)
{
	ProtobufCMessage *request[1] = { bell("hub", 1) };
	struct rpc_options options = { .timeout_us = 300 * MS };
	struct rpc_result result;
	struct error error;
	Rpc__Doorbell *reply = NULL;

	cr_assert_eq(call(NULL, &reply, NULL), STATUS_OK);
	struct rpc_pending *pending =
		rpc_send(peer, "Echo", 1, request, arena, &options);
	usleep(500000);
	cr_assert_eq(rpc_wait(pending, &rpc__doorbell__descriptor, arena,
			      &result, &error),
		     STATUS_OK, "%s", error.message);
}

Test(rpc, silence_ends_at_the_deadline_uncertain)
{
	struct rpc_options options = { .timeout_us = 300 * MS };
	Rpc__Doorbell *reply = NULL;
	struct error error;

	rpc_server_serve(server, SERVE_SILENCE, STATUS_OK, 0);
	for (int i = 0; i < 5; i++) {
		int64_t start_us = clock_monotonic();

		cr_assert_eq(call(&options, &reply, &error), STATUS_UNCERTAIN);
		int64_t took_us = clock_monotonic() - start_us;
		cr_assert(took_us >= 290 * MS && took_us < 900 * MS,
			  "took %d us", (int)took_us);
		cr_assert(error.message[0] != '\0');
		cr_assert_null(reply);
	}
	cr_assert_eq(rpc_server_seen(server), 5);
	/* Ejected, but the only one there is: it is asked all the same. */
	cr_assert_eq(rpc_peer_stats(peer).ejected, 1);
	rpc_server_serve(server, SERVE_ECHO, STATUS_OK, 0);
	cr_assert_eq(call(&options, &reply, &error), STATUS_OK);
	cr_assert_eq(rpc_peer_stats(peer).ejected, 0);
}

Test(rpc, nobody_there_is_unavailable)
{
	static const char *const urls[] = {
		"tcp://127.0.0.1:1",
		"tcp://no-such-host.invalid:7101",
		"ipc:///tmp/echo_test_rpc_nobody",
	};
	struct rpc_options options = { .timeout_us = 300 * MS };

	for (size_t i = 0; i < 3; i++) {
		Rpc__Doorbell *reply = NULL;
		struct error error;

		new_peer(urls[i]);
		cr_assert_eq(call(&options, &reply, &error),
			     STATUS_UNAVAILABLE);
		cr_assert(error.message[0] != '\0');
	}
}

Test(rpc, what_cannot_be_sent_is_not_sent)
{
	size_t size = 4 * 1024 * 1024;
	char *large = malloc(size + 1);
	struct error error;
	ProtobufCMessage *reply = NULL;
	struct rpc_peer *unknown =
		rpc_peer_new(superhub, "scheduler", rpc_server_url(server));

	memset(large, 'x', size);
	large[size] = '\0';
	cr_assert_eq(rpc_call(peer, "Echo", bell(large, 1),
			      &rpc__doorbell__descriptor, arena, NULL, &reply,
			      &error),
		     STATUS_INVALID);
	cr_assert_eq(rpc_call(unknown, "Echo", bell("", 1),
			      &rpc__doorbell__descriptor, arena, NULL, &reply,
			      &error),
		     STATUS_UNAUTHENTICATED, "no key of the scheduler");
	cr_assert_eq(rpc_server_seen(server), 0);
	/* A little less goes through, both ways. */
	large[size - 1000] = '\0';
	cr_assert_eq(rpc_call(peer, "Echo", bell(large, 1),
			      &rpc__doorbell__descriptor, arena, NULL, &reply,
			      &error),
		     STATUS_OK, "%s", error.message);
	cr_assert_str_eq(((Rpc__Doorbell *)reply)->feed, large);
	rpc_peer_free(unknown);
	free(large);
}

/* Answers that must not be believed; then all is well again. */
Test(rpc, bad_answers_are_refused)
{
	static const enum serve rows[] = { SERVE_GARBAGE, SERVE_OLD_REPLY };
	struct rpc_options options = { .timeout_us = 2 * CLOCK_SECOND };
	Rpc__Doorbell *reply = NULL;
	struct error error;

	cr_assert_eq(call(&options, &reply, &error), STATUS_OK);
	for (size_t i = 0; i < 2; i++) {
		size_t seen = rpc_server_seen(server);

		rpc_server_serve(server, rows[i], STATUS_OK, 0);
		reply = NULL;
		cr_assert_eq(call(&options, &reply, &error), STATUS_UNCERTAIN,
			     "row %zu", i);
		cr_assert_null(reply);
		cr_assert_leq(rpc_server_seen(server) - seen, 3);
		rpc_server_serve(server, SERVE_ECHO, STATUS_OK, 0);
		cr_assert_eq(call(&options, &reply, &error), STATUS_OK,
			     "row %zu: %s", i, error.message);
	}
}

/* The only replica dies with the request in its hands and comes back. */
Test(rpc, a_restart_is_survived_with_the_same_id)
{
	ProtobufCMessage *request[1] = { bell("hub", 1) };
	uint8_t id[ID_BYTES];
	struct rpc_options options = { .request_id = id };
	struct rpc_result result;
	struct error error;
	Rpc__Doorbell *reply = NULL;
	char url[160];

	id_new(id);
	snprintf(url, sizeof(url), "%s", rpc_server_url(server));
	cr_assert_eq(call(NULL, &reply, NULL), STATUS_OK);
	rpc_server_serve(server, SERVE_ECHO, STATUS_OK, 5000);
	struct rpc_pending *pending =
		rpc_send(peer, "Echo", 1, request, arena, &options);
	cr_assert(rpc_server_wait(server, 2));
	cr_assert(rpc_server_saw(server, id));
	rpc_server_free(server);
	server = rpc_server_new(registry, url);
	cr_assert_eq(rpc_wait(pending, &rpc__doorbell__descriptor, arena,
			      &result, &error),
		     STATUS_OK, "%s", error.message);
	cr_assert(rpc_server_saw(server, id));
}
