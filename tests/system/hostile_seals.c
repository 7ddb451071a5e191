/* hostile_seals: envelopes that are not what, whose, for whom, from when or
 * for the first time what they must be. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>

#include "ledger.pb-c.h"
#include "tests/system/hostile.h"

static struct envelope_made make_add(const struct seal_ring *ring,
				     const char *account)
{
	return envelope_seal(
		hostile_arena, ring,
		envelope_request(hostile_arena, "AddEntry",
				 envelope_entry(hostile_arena, account)));
}

/* No answer, and the counter says why not. */
static void check_silence(const char *what, const struct envelope_made *made)
{
	long long before = hostile_counter("seals_refused");

	CHECK(!envelope_ask(&hostile_stage, hostile_arena, made,
			    ENVELOPE_SILENCE_US),
	      "%s was answered", what);
	hostile_refused(before, 1);
}

/* A ring with a key that the ledger does not know. */
static struct seal_ring *make_ring(const char *service)
{
	char secret[SEAL_KEY_TEXT], public[SEAL_KEY_TEXT], line[64];
	char peers[128];
	const char *problem = "";
	struct seal_ring *ring;

	snprintf(peers, sizeof(peers), "%.*s",
		 (int)strcspn(hostile_stage.peers, "\n"), hostile_stage.peers);
	seal_key_pair(secret, public);
	snprintf(line, sizeof(line), "a %s", secret);
	ring = seal_ring_new(service, line, peers, &problem);
	CHECK(ring, "%s", problem);
	return ring;
}

static void test_whose(void)
{
	struct seal_ring *stranger = make_ring("stranger");
	struct seal_ring *impostor = make_ring("superhub");
	struct envelope_made made;
	Rpc__Request *plain;
	size_t length;

	check_theme("callers without a seal, unknown, or with a wrong key");
	plain = envelope_request(hostile_arena, "AddEntry",
				 envelope_entry(hostile_arena, "unsealed"));
	made.bytes = message_encode(hostile_arena, &plain->base, &length);
	made.length = length;
	check_silence("an unsealed caller", &made);
	made = make_add(stranger, "stranger");
	check_silence("an unknown service", &made);
	made = make_add(impostor, "impostor");
	check_silence("a known name with a wrong key", &made);
	seal_ring_free(stranger);
	seal_ring_free(impostor);
}

static void test_when(void)
{
	static const int64_t times[] = { -31, 31, -3600 };

	check_theme("envelopes sent 31 s ago, an hour ago, 31 s from now");
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct envelope_made made;

		envelope_clock(times[i] * CLOCK_SECOND);
		made = make_add(hostile_stage.ring, "stale");
		envelope_clock(0);
		check_silence("another time's envelope", &made);
	}
}

static Rpc__Reply *ask(const struct envelope_made *made)
{
	return envelope_ask(&hostile_stage, hostile_arena, made,
			    ENVELOPE_PATIENCE_US);
}

static void test_replayed(void)
{
	struct envelope_made made = make_add(hostile_stage.ring, HOSTILE_GOOD);
	long long before = hostile_counter("replays_refused");

	check_theme("a replayed envelope is refused and has one effect");
	CHECK_STATUS(envelope_status(ask(&made), NULL), STATUS_OK);
	hostile_good++;
	for (int i = 0; i < 5; i++)
		CHECK_STATUS(envelope_status(ask(&made), NULL),
			     STATUS_UNAUTHENTICATED);
	CHECK_NUMBER(hostile_counter("replays_refused"), ==, before + 5);
	CHECK_NUMBER(stage_query(&hostile_stage, "SELECT count(*) FROM entry"),
		     ==, hostile_good);
}

/* ---- what a client must not believe ---- */

/* A reply of the service, sealed to us, to another request. */
static size_t capture_reply(uint8_t *bytes, size_t size)
{
	Ledger__GetEntryRequest request = LEDGER__GET_ENTRY_REQUEST__INIT;
	struct envelope_made made;
	long length;

	request.entry_id =
		(char *)(uintptr_t) "018f0000-0000-7000-8000-000000000001";
	made = envelope_seal(
		hostile_arena, hostile_stage.ring,
		envelope_request(hostile_arena, "GetEntry", &request.base));
	length = wire_ask(hostile_stage.replicas[0].port, made.bytes,
			  made.length, bytes, size, ENVELOPE_PATIENCE_US);
	CHECK_NUMBER(length, >, 0);
	return (size_t)length;
}

static void test_direction(void)
{
	struct envelope_made made = { .bytes = arena_alloc(hostile_arena,
							   4096) };

	check_theme("a reply sent as a request");
	made.length = capture_reply(made.bytes, 4096);
	check_silence("a reply", &made);
}

/* Answers whatever comes with these bytes, as many times as a call is tried. */
struct liar {
	nng_socket socket;
	nng_aio *aio;
	const uint8_t *bytes;
	size_t length;
	bool sending;
	int answered;
};

static void lie(void *arg)
{
	struct liar *liar = arg;
	nng_msg *msg;

	if (nng_aio_result(liar->aio))
		return;
	liar->sending = !liar->sending;
	if (!liar->sending) {
		nng_recv_aio(liar->socket, liar->aio);
		return;
	}
	nng_msg_free(nng_aio_get_msg(liar->aio));
	nng_msg_alloc(&msg, 0);
	nng_msg_append(msg, liar->bytes, liar->length);
	liar->answered++;
	nng_aio_set_msg(liar->aio, msg);
	nng_send_aio(liar->socket, liar->aio);
}

static enum status call_liar(const char *url)
{
	struct rpc_peer *peer = rpc_peer_new(hostile_stage.ring, "ledger", url);
	Ledger__GetEntryRequest request = LEDGER__GET_ENTRY_REQUEST__INIT;
	struct rpc_options options = { .timeout_us = 2 * CLOCK_SECOND };
	ProtobufCMessage *reply = NULL;
	enum status status;

	request.entry_id =
		(char *)(uintptr_t) "018f0000-0000-7000-8000-000000000002";
	status = rpc_call(peer, "GetEntry", &request.base,
			  &ledger__entry__descriptor, hostile_arena, &options,
			  &reply, NULL);
	CHECK(!reply, "a reply was taken from a liar");
	rpc_peer_free(peer);
	return status;
}

void hostile_splice(void)
{
	uint8_t *bytes = arena_alloc(hostile_arena, 4096);
	struct liar liar = { .bytes = bytes };
	char url[64];

	check_theme("a reply spliced onto another request is not believed");
	liar.length = capture_reply(bytes, 4096);
	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", stage_port());
	CHECK_NUMBER(nng_rep0_open(&liar.socket), ==, 0);
	CHECK_NUMBER(nng_aio_alloc(&liar.aio, lie, &liar), ==, 0);
	CHECK_NUMBER(nng_listen(liar.socket, url, NULL, 0), ==, 0);
	nng_recv_aio(liar.socket, liar.aio);
	CHECK_STATUS(call_liar(url), STATUS_UNCERTAIN);
	load_pause(CLOCK_SECOND / 10);
	nng_close(liar.socket);
	nng_aio_stop(liar.aio);
	nng_aio_free(liar.aio);
	CHECK_NUMBER(liar.answered, >, 0);
	arena_reset(hostile_arena);
}

void hostile_seals(void)
{
	test_whose();
	test_when();
	test_replayed();
	test_direction();
	arena_reset(hostile_arena);
}
