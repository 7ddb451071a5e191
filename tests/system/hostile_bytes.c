/* hostile_bytes: what is not even an envelope. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "tests/system/hostile.h"

#define HALF_OPEN 2000
#define NOISE (64 << 10)
#define SIZE_MAX_MESSAGE (4 << 20)

static uint8_t noise[NOISE];

static int dial(void)
{
	int fd = wire_connect(hostile_stage.replicas[0].port,
			      ENVELOPE_PATIENCE_US);

	CHECK(fd >= 0, "nobody listens");
	return fd;
}

static int dial_and_greet(void)
{
	int fd = dial();

	CHECK(wire_greet(fd, WIRE_SP_REQ), "no greeting");
	return fd;
}

/* The other side ends the connection, and says nothing before. */
static bool is_ended(int fd)
{
	uint8_t byte;

	return recv(fd, &byte, 1, 0) <= 0;
}

static void test_no_greeting(void)
{
	static const char web[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	const struct {
		const void *bytes;
		size_t length;
	} cases[] = { { web, sizeof(web) },
		      { noise, NOISE },
		      { "\0SP", 3 },
		      { "\0SP\0\0\x31\0\0", 8 },
		      { "\0SP\1\0\x30\0\0", 8 } };

	check_theme("garbage instead of a greeting");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int fd = dial();

		send(fd, cases[i].bytes, cases[i].length, MSG_NOSIGNAL);
		close(fd);
	}
	hostile_add_good("garbage");
}

/* Each as a frame of its own over one connection: silence, and counted. */
static void test_truncated_envelopes(void)
{
	static const uint8_t id[WIRE_ID] = { 0x80, 0, 0, 2 };
	struct envelope_made made = envelope_seal(
		hostile_arena, hostile_stage.ring,
		envelope_request(hostile_arena, "AddEntry",
				 envelope_entry(hostile_arena, "cut")));
	uint8_t *frame = arena_alloc(hostile_arena, WIRE_ID + made.length);
	long long before = hostile_counter("seals_refused");
	int fd = dial_and_greet();

	check_theme("an envelope cut off at every length, and one bit wrong at "
		    "every place");
	memcpy(frame, id, WIRE_ID);
	memcpy(frame + WIRE_ID, made.bytes, made.length);
	for (size_t length = 0; length < made.length; length++)
		CHECK(wire_send(fd, frame, WIRE_ID + length), "cut off");
	for (size_t at = WIRE_ID; at < WIRE_ID + made.length; at++) {
		frame[at] ^= (uint8_t)(1 << at % 8);
		CHECK(wire_send(fd, frame, WIRE_ID + made.length), "cut off");
		frame[at] ^= (uint8_t)(1 << at % 8);
	}
	hostile_refused(before, 2 * (long long)made.length);
	close(fd);
	hostile_add_good("envelopes that were cut off");
}

/* The frame promises more than comes. */
static void test_truncated_frames(void)
{
	check_theme("a frame cut off at many lengths");
	for (size_t length = 0; length < 300; length += 7) {
		int fd = dial_and_greet();

		wire_send_claimed(fd, 300, noise, length);
		close(fd);
	}
	hostile_add_good("frames that were cut off");
}

static void test_lengths(void)
{
	static const uint64_t lengths[] = {
		UINT64_C(1) << 40, UINT64_MAX, SIZE_MAX_MESSAGE + 1,
		UINT64_C(1) << 63, 0,          3
	};
	long long before = hostile_counter("seals_refused");

	check_theme("lengths that cannot be");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		int fd = dial_and_greet();

		wire_send_claimed(fd, lengths[i], noise, 3);
		CHECK(is_ended(fd), "an answer to a length of %llu",
		      (unsigned long long)lengths[i]);
		close(fd);
	}
	CHECK_NUMBER(hostile_counter("seals_refused"), ==, before);
	hostile_add_good("lengths that cannot be");
}

/* The largest that is let in, all of it noise; and one that is larger. */
static void test_large(void)
{
	uint8_t *large = calloc(2, SIZE_MAX_MESSAGE);
	long long before = hostile_counter("seals_refused");

	check_theme("messages of 4 MiB and of 8 MiB");
	CHECK(large, "no memory");
	large[0] = 0x80; /* the end of a request's id */
	for (int i = 0; i < 4; i++) {
		int fd = dial_and_greet();

		CHECK(wire_send(fd, large, SIZE_MAX_MESSAGE), "not taken");
		close(fd);
		fd = dial_and_greet();
		wire_send(fd, large, 2 * SIZE_MAX_MESSAGE);
		CHECK(is_ended(fd), "an answer to 8 MiB");
		close(fd);
	}
	free(large);
	hostile_refused(before, 4);
	hostile_add_good("large messages");
}

static void test_through_nng(void)
{
	long long before = hostile_counter("seals_refused");
	char url[64], answer[64];
	size_t size = sizeof(answer);
	nng_socket socket;

	check_theme("noise through nng is not answered");
	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d",
		 hostile_stage.replicas[0].port);
	CHECK_NUMBER(nng_req0_open(&socket), ==, 0);
	nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, 300);
	nng_socket_set_ms(socket, NNG_OPT_REQ_RESENDTIME, -1);
	CHECK_NUMBER(nng_dial(socket, url, NULL, 0), ==, 0);
	CHECK_NUMBER(nng_send(socket, noise, 1000, 0), ==, 0);
	CHECK_NUMBER(nng_recv(socket, answer, &size, 0), ==, NNG_ETIMEDOUT);
	nng_close(socket);
	hostile_refused(before, 1);
}

void hostile_bytes(void)
{
	for (size_t i = 0; i < NOISE; i++)
		noise[i] = (uint8_t)(rand() >> 7);
	test_no_greeting();
	test_truncated_envelopes();
	test_truncated_frames();
	test_lengths();
	test_large();
	test_through_nng();
}

static void limit_files(rlim_t soft)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The replica is started with a soft limit that is much too low, as it often
 * is: it must see to its own. */
void hostile_few_files(void)
{
	limit_files(1024);
}

void hostile_half_open(void)
{
	int *fds = calloc(HALF_OPEN, sizeof(*fds));
	int opened = 0;

	check_theme("2,000 connections that never greet");
	limit_files(RLIM_INFINITY);
	CHECK(fds, "no memory");
	for (int i = 0; i < HALF_OPEN; i++) {
		fds[i] = wire_connect(hostile_stage.replicas[0].port,
				      ENVELOPE_PATIENCE_US);
		opened += fds[i] >= 0;
		if (i % 3 == 0 && fds[i] >= 0)
			send(fds[i], "\0SP", 3, MSG_NOSIGNAL);
	}
	CHECK_NUMBER(opened, ==, HALF_OPEN);
	hostile_add_good("2,000 half-open connections");
	for (int i = 0; i < HALF_OPEN; i++)
		close(fds[i]);
	free(fds);
	hostile_add_good("their end");
}
