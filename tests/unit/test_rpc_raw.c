/*
 * rpc against what is no service at all: a tcp server that breaks off, lies
 * about sizes or stops to read, and leaves its port to a good one. Each of
 * these once stopped a client of nng for good.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
static int listener;
static char url[60];

/* Listen as a server that is not to be trusted, and let the peer come. */
static void set_up(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t length = sizeof(at);
	int one = 1;

	log_open("test", "error");
	rpc_server_rings(&registry, &superhub);
	arena = arena_new(4096);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(listener, 16) != 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &length) != 0)
		abort();
	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", ntohs(at.sin_port));
	peer = rpc_peer_new(superhub, "registry", url);
}

static void tear_down(void)
{
	rpc_peer_free(peer);
	rpc_server_free(server);
	arena_free(arena);
	rpc_server_end(registry, superhub);
}

TestSuite(rpc_raw, .init = set_up, .fini = tear_down, .timeout = 60);

static struct rpc_pending *send_text(const char *text, int64_t timeout_us)
{
	Rpc__Doorbell bell = RPC__DOORBELL__INIT;
	ProtobufCMessage *request[1] = { &bell.base };
	struct rpc_options options = { .timeout_us = timeout_us };

	bell.feed = (char *)(uintptr_t)text;
	return rpc_send(peer, "Echo", 1, request, arena, &options);
}

static enum status wait_answer(struct rpc_pending *pending)
{
	struct rpc_result result;
	struct error error;

	return rpc_wait(pending, &rpc__doorbell__descriptor, arena, &result,
			&error);
}

static enum status call(int64_t timeout_us)
{
	return wait_answer(send_text("hub", timeout_us));
}

/* A good server takes over the port. */
static void replace_server(void)
{
	close(listener);
	server = rpc_server_new(registry, url);
}

/* The next who comes, within the time; -1: nobody. */
static int next_connection(int ms)
{
	struct pollfd wait = { .fd = listener, .events = POLLIN };

	return poll(&wait, 1, ms) > 0 ? accept(listener, NULL, NULL) : -1;
}

/* End every connection with FIN and RST while the other side negotiates: this
 * kills nng's dialer. How many came. */
static int kill_dialers(int ms)
{
	int64_t end_us = clock_monotonic() + ms * MS;
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int came = 0;

	while (clock_monotonic() < end_us) {
		int connection = next_connection(20);

		if (connection < 0)
			continue;
		came++;
		shutdown(connection, SHUT_WR);
		setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset,
			   sizeof(reset));
		close(connection);
	}
	return came;
}

Test(rpc_raw, a_dead_dialer_is_replaced)
{
	int came = kill_dialers(2000);

	/* One that lives would have come again some ten times by now. */
	cr_assert(came >= 1 && came <= 4, "the fake server saw %d", came);
	replace_server();
	cr_assert_eq(call(8 * CLOCK_SECOND), STATUS_OK);
	cr_assert_geq(rpc_peer_stats(peer).redials, 1);
}

/* Speak nng's greeting: "SP", and that we are REP. */
static int greet(void)
{
	static const uint8_t hello[8] = { 0, 'S', 'P', 0, 0, 0x31, 0, 0 };
	uint8_t theirs[8];
	int connection = next_connection(5000);

	cr_assert_geq(connection, 0);
	cr_assert_eq(write(connection, hello, 8), 8);
	cr_assert_eq(recv(connection, theirs, 8, MSG_WAITALL), 8);
	return connection;
}

/* Wait for the first bytes of a request. */
static void await_request(int connection)
{
	uint8_t some[8];

	cr_assert_eq(recv(connection, some, 8, MSG_WAITALL), 8);
}

/* Answers by the size only: 1 EiB, and one byte more than is allowed. */
Test(rpc_raw, an_oversize_answer_is_refused)
{
	static const uint8_t sizes[2][8] = {
		{ 0x10, 0, 0, 0, 0, 0, 0, 0 },
		{ 0, 0, 0, 0, 0, 0x40, 0, 1 },
	};
	int connection = greet();

	for (size_t i = 0; i < 2; i++) {
		struct rpc_pending *pending = NULL;
		uint8_t rest[4096];

		/* It is connected a moment after the greeting. */
		usleep(50000);
		pending = send_text("hub", 300 * MS);
		await_request(connection);
		cr_assert_eq(write(connection, sizes[i], 8), 8);
		while (recv(connection, rest, sizeof(rest), 0) > 0)
			;
		/* The client hung up, and comes again. */
		close(connection);
		connection = greet();
		cr_assert_eq(wait_answer(pending), STATUS_UNCERTAIN);
	}
	close(connection);
	replace_server();
	cr_assert_eq(call(8 * CLOCK_SECOND), STATUS_OK);
}

/* A connection that no longer takes what is sent is given up, whatever nng
 * believes of it. */
Test(rpc_raw, a_clogged_connection_is_replaced)
{
	int connection = greet();
	char *large = malloc(3000001);
	int64_t end_us = clock_monotonic() + 20 * CLOCK_SECOND;
	int again = -1;

	memset(large, 'x', 3000000);
	large[3000000] = '\0';
	usleep(50000);
	while (again < 0 && clock_monotonic() < end_us) {
		cr_assert_neq(wait_answer(send_text(large, 200 * MS)),
			      STATUS_OK);
		again = next_connection(1);
	}
	cr_assert_geq(again, 0, "it must come on a new connection");
	cr_assert_geq(rpc_peer_stats(peer).redials, 1);
	close(again);
	close(connection);
	replace_server();
	cr_assert_eq(call(8 * CLOCK_SECOND), STATUS_OK);
	free(large);
}
