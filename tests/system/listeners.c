/*
 * listeners: a peer that connects and sends FIN, then RST, during the SP
 * negotiation kills a listener of nng 1.5.2 for good, before any
 * authentication. The service must notice by itself and listen again, on the
 * RPC port and on the doorbell's, while those who are connected go on
 * undisturbed. It takes some 4 s. The cure itself can make nng hang for good
 * (run/watchdog.c); then the process must say so and end by itself, and a
 * supervisor, here the test, starts it anew.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger_sql.h"
#include "services/common/base/clock.h"
#include "tests/system/load.h"

#define RECOVERY_US (90 * CLOCK_SECOND) /* a hung process leaves in 60 s */
#define PATIENCE_US (CLOCK_SECOND * 3 / 2) /* for one answer */
#define SP_HEADER 8

static struct stage stage;

static int connect_to(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static void fin_then_rst(int port)
{
	const struct linger none = { 1, 0 };
	int fd = connect_to(port);

	CHECK(fd >= 0, "nobody listens on port %d", port);
	shutdown(fd, SHUT_WR);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	close(fd);
}

/* A dead listener still accepts and greets; it only never hands a connection
 * over. So only an answer proves a listener. */
static bool rpc_answers(int port)
{
	Rpc__HealthRequest request = RPC__HEALTH_REQUEST__INIT;
	struct rpc_options options = { .timeout_us = PATIENCE_US };
	struct arena *arena = arena_new(8192);
	ProtobufCMessage *reply;
	struct rpc_peer *peer;
	char url[64];
	bool answered;

	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", port);
	peer = rpc_peer_new(stage.ring, "ledger", url);
	answered = rpc_call(peer, "Health", &request.base,
			    &rpc__health_reply__descriptor, arena, &options,
			    &reply, NULL) == STATUS_OK;
	rpc_peer_free(peer);
	arena_free(arena);
	return answered;
}

/* The bell rings twice a second: negotiate as a subscriber, then listen. */
static bool bell_rings(int port)
{
	static const uint8_t subscriber[SP_HEADER] = { 0, 'S',  'P', 0,
						       0, 0x21, 0,   0 };
	struct timeval limit = { PATIENCE_US / CLOCK_SECOND,
				 PATIENCE_US % CLOCK_SECOND };
	uint8_t bytes[SP_HEADER + 1];
	int fd = connect_to(port);
	bool rung = fd >= 0;

	if (!rung)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	rung = send(fd, subscriber, SP_HEADER, MSG_NOSIGNAL) == SP_HEADER &&
	       recv(fd, bytes, sizeof(bytes), MSG_WAITALL) == sizeof(bytes);
	close(fd);
	return rung;
}

typedef bool answers(int port);

/* The fault is a race: the listener must write its greeting after both FIN and
 * RST arrived, while it waits for a connection. A process that is stopped
 * meanwhile nearly always loses it. */
static void kill_listener(int port, answers *alive)
{
	int strikes = 0;

	do {
		CHECK(strikes < 20, "the fault was never hit");
		stage_signal(&stage, 0, SIGSTOP);
		fin_then_rst(port);
		stage_signal(&stage, 0, SIGCONT);
		strikes++;
	} while (alive(port));
	check_note("deaf after %d of these connections", strikes);
}

/* What a supervisor does. */
static bool started_anew(void)
{
	int status = 0;

	if (waitpid(stage.replicas[0].pid, &status, WNOHANG) == 0)
		return false;
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	      "it did not leave in good order: %#x", (unsigned)status);
	check_note("nng hung: it left by itself");
	stage_start(&stage, 0);
	return true;
}

static void check_recovery(const char *what, int port, answers *alive,
			   const char *counter)
{
	int64_t since = clock_monotonic();
	bool anew = false;

	kill_listener(port, alive);
	while (!alive(port)) {
		CHECK(clock_monotonic() - since < RECOVERY_US,
		      "%s is still deaf", what);
		anew = started_anew() || anew;
	}
	check_note("%s listens again after %lld ms", what,
		   (long long)(clock_monotonic() - since) / 1000);
	if (!anew)
		CHECK_NUMBER(stage_metric(&stage, 0, counter), >, 0);
}

static void test_rpc_port(void)
{
	struct rpc_peer *before = stage_peer(&stage), *after;
	struct load *load = load_start(&stage, before, 2);
	struct load *late;

	check_theme("a dead RPC listener is noticed and opened again");
	load_pause(CLOCK_SECOND / 2);
	check_recovery("RPC", stage.replicas[0].port, rpc_answers,
		       "echo_listener_recreated_total");
	load_stop(load);
	check_note("%ld commands meanwhile, %ld failed",
		   load_acknowledged(load), load_failed(load));
	load_check_table(load);
	load_free(load);
	rpc_peer_free(before);
	after = stage_peer(&stage);
	late = load_start(&stage, after, 1);
	load_pause(CLOCK_SECOND / 2);
	load_stop(late);
	CHECK_NUMBER(load_acknowledged(late), >, 0);
	load_free(late);
	rpc_peer_free(after);
}

static void test_doorbell_port(void)
{
	check_theme("a dead doorbell listener is noticed and opened again");
	check_recovery("doorbell", stage.replicas[0].news_port, bell_rings,
		       "echo_publisher_recreated_total");
}

int main(int argc, char **argv)
{
	/* nng never frees a dead listener and those whom it greeted; all other
	 * tests of this folder do look for leaks. */
	static const char *const settings[] = { "ASAN_OPTIONS=detect_leaks=0",
						NULL };

	if (argc != 2)
		return 2;
	check_on(&stage);
	stage_make(&stage, "ledger", argv[1], sql_migrations, 1);
	stage.settings = settings;
	stage_start(&stage, 0);
	test_rpc_port();
	test_doorbell_port();
	CHECK_NUMBER(stage_signal(&stage, 0, SIGTERM), ==, 0);
	stage_end(&stage);
	return 0;
}
