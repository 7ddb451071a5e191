/*
 * seal: what is sealed opens for its peer, once, now, in its direction, and
 * for nobody else. Wall time is moved by the clock_gettime below, which stands
 * before the C library's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "services/common/base/clock.h"
#include "services/common/wire/seal.h"

static int64_t wall_offset_s;

int clock_gettime(clockid_t id, struct timespec *at)
{
	int rv = (int)syscall(SYS_clock_gettime, id, at);

	if (id == CLOCK_REALTIME)
		at->tv_sec += wall_offset_s;
	return rv;
}

struct keys {
	char secret[SEAL_KEY_TEXT];
	char public[SEAL_KEY_TEXT];
};

/* "hub" calls, "registry" answers; each has a key to rotate to. */
enum { HUB, HUB_NEW, REGISTRY, REGISTRY_NEW, STRANGER, KEYS };
static struct keys keys[KEYS];
static struct seal_ring *hub, *registry;
static const uint8_t id_one[ID_BYTES] = { 1, 2, 3 };
static const uint8_t id_two[ID_BYTES] = { 1, 2, 4 };

static struct seal_ring *ring_make(const char *service, const char *secrets,
				   const char *peers)
{
	const char *problem = NULL;
	struct seal_ring *ring =
		seal_ring_new(service, secrets, peers, &problem);

	cr_assert_not_null(ring, "%s: %s", service, problem);
	cr_assert_null(problem);
	return ring;
}

static const char *line(char text[200], const char *service, const char *id,
			const char *key)
{
	snprintf(text, 200, "%s%s%s %s\n", service, *service ? " " : "", id,
		 key);
	return text;
}

static void set_up(void)
{
	char peers[400], one[200], two[200], secret[200];

	for (size_t i = 0; i < KEYS; i++)
		seal_key_pair(keys[i].secret, keys[i].public);
	snprintf(peers, sizeof(peers), "%s%s",
		 line(one, "hub", "h1", keys[HUB].public),
		 line(two, "registry", "r1", keys[REGISTRY].public));
	hub = ring_make("hub", line(secret, "", "h1", keys[HUB].secret), peers);
	registry = ring_make("registry",
			     line(secret, "", "r1", keys[REGISTRY].secret),
			     peers);
}

static void tear_down(void)
{
	seal_ring_free(hub);
	seal_ring_free(registry);
}

TestSuite(seal, .init = set_up, .fini = tear_down);

/* Seal a text; out must have room. */
static size_t close_text(const struct seal_ring *ring, enum seal_kind kind,
			 const char *to, const uint8_t *id, const char *text,
			 uint8_t *out)
{
	struct seal_header header = { .kind = kind };

	strcpy(header.to, to);
	memcpy(header.request_id, id, ID_BYTES);
	return seal_close(ring, &header, text, strlen(text), out);
}

/* Open a copy; the reason, or "" when it opens. */
static const char *open_reason(const struct seal_ring *ring,
			       enum seal_kind kind, const uint8_t *expect_id,
			       const uint8_t *sealed, size_t length)
{
	struct seal_header header;
	const char *reason = NULL;
	uint8_t *body = NULL;
	size_t body_length = 0;
	/* Its own block, so that the sanitizer sees a byte too far. */
	uint8_t *copy = malloc(length + (length == 0));

	memcpy(copy, sealed, length);
	enum status status = seal_open(ring, kind, expect_id, copy, length,
				       &header, &body, &body_length, &reason);
	cr_assert(status == (reason ? STATUS_UNAUTHENTICATED : STATUS_OK));
	free(copy);
	return reason == NULL ? "" : reason;
}

Test(seal, round_trip)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 200, 70000 };
	static const enum seal_kind kinds[] = { SEAL_REQUEST, SEAL_REPLY };

	for (size_t i = 0; i < 14; i++) {
		size_t length = lengths[i / 2];
		enum seal_kind kind = kinds[i % 2];
		uint8_t *body = malloc(length + 1), *opened = NULL;
		uint8_t *out = malloc(length + SEAL_OVERHEAD_MAX);
		struct seal_header header = { .kind = kind, .to = "registry" };
		struct seal_header seen;
		size_t opened_length = 99;
		const char *reason = "";

		memset(body, (int)i + 1, length + 1);
		memcpy(header.request_id, id_one, ID_BYTES);
		size_t sealed = seal_close(hub, &header, body, length, out);
		cr_assert(sealed > length &&
			  sealed <= length + SEAL_OVERHEAD_MAX);
		cr_assert_eq(sealed, seal_front(hub, "registry") + length +
					     SEAL_TAG);
		cr_assert_eq(seal_open(registry, kind,
				       kind == SEAL_REPLY ? id_one : NULL, out,
				       sealed, &seen, &opened, &opened_length,
				       &reason),
			     STATUS_OK, "%s", reason);
		cr_assert_eq(opened_length, length);
		cr_assert(memcmp(opened, body, length) == 0);
		cr_assert(seen.kind == kind);
		cr_assert_str_eq(seen.from, "hub");
		cr_assert_str_eq(seen.to, "registry");
		cr_assert_eq(seen.sent_at_us, header.sent_at_us);
		cr_assert(memcmp(seen.nonce, header.nonce, 24) == 0);
		cr_assert(memcmp(seen.request_id, id_one, ID_BYTES) == 0);
		free(body);
		free(out);
	}
}

Test(seal, in_place)
{
	uint8_t out[SEAL_OVERHEAD_MAX + 20];
	size_t front = seal_front(hub, "registry");
	struct seal_header header = { .kind = SEAL_REQUEST, .to = "registry" };

	memcpy(out + front, "a body that moves not", 20);
	size_t sealed = seal_close(hub, &header, out + front, 20, out);
	cr_assert_eq(sealed, front + 20 + SEAL_TAG);
	cr_assert(memcmp(out + front, "a body that moves not", 20) != 0);
	cr_assert_str_eq(open_reason(registry, SEAL_REQUEST, NULL, out, sealed),
			 "");
}

Test(seal, never_twice_the_same)
{
	uint8_t one[400], two[400];
	size_t length = close_text(hub, SEAL_REQUEST, "registry", id_one, "x",
				   one);

	cr_assert_eq(length, close_text(hub, SEAL_REQUEST, "registry", id_one,
					"x", two));
	cr_assert(memcmp(one, two, length) != 0);
}

Test(seal, every_flipped_bit_is_refused)
{
	uint8_t sealed[400];
	size_t length = close_text(hub, SEAL_REPLY, "registry", id_one,
				   "a body", sealed);

	cr_assert_str_eq(
		open_reason(registry, SEAL_REPLY, id_one, sealed, length), "");
	for (size_t i = 0; i < length * 8; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);

		sealed[i / 8] ^= bit;
		cr_assert_str_neq(open_reason(registry, SEAL_REPLY, id_one,
					      sealed, length),
				  "", "byte %zu bit %zu", i / 8, i % 8);
		sealed[i / 8] ^= bit;
	}
}

Test(seal, every_other_length_is_refused)
{
	uint8_t sealed[400] = { 0 };
	size_t length = close_text(hub, SEAL_REQUEST, "registry", id_one,
				   "a body", sealed);

	for (size_t i = 0; i < length + 20; i++)
		cr_assert((open_reason(registry, SEAL_REQUEST, NULL, sealed,
				       i)[0] == '\0') == (i == length),
			  "length %zu", i);
}

Test(seal, only_its_direction_kind_and_peer)
{
	static const struct {
		bool hub_seals;
		enum seal_kind kind;
		const char *to;
		bool hub_opens;
		enum seal_kind expect;
		const char *reason;
	} rows[] = {
		{ true, SEAL_REQUEST, "registry", false, SEAL_REQUEST, "" },
		{ false, SEAL_REPLY, "hub", true, SEAL_REPLY, "" },
		{ true, SEAL_REQUEST, "registry", false, SEAL_REPLY,
		  "wrong direction" },
		{ false, SEAL_REPLY, "hub", true, SEAL_REQUEST,
		  "wrong direction" },
		{ true, SEAL_REQUEST, "registry", true, SEAL_REQUEST,
		  "for another service" },
		{ true, SEAL_REQUEST, "hub", true, SEAL_REQUEST, "" },
		{ true, SEAL_REQUEST, "hub", false, SEAL_REQUEST,
		  "for another service" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t sealed[400];
		size_t length = close_text(rows[i].hub_seals ? hub : registry,
					   rows[i].kind, rows[i].to, id_one,
					   "body", sealed);

		cr_assert_str_eq(
			open_reason(rows[i].hub_opens ? hub : registry,
				    rows[i].expect,
				    rows[i].expect == SEAL_REPLY ? id_one
								 : NULL,
				    sealed, length),
			rows[i].reason, "row %zu", i);
	}
}

Test(seal, strangers_are_refused)
{
	char secret[200], peer[200];
	uint8_t sealed[400];
	const char *peers =
		line(peer, "registry", "r1", keys[REGISTRY].public);
	static const struct {
		const char *name, *id, *reason;
	} rows[] = {
		{ "stranger", "s1", "unknown caller" },
		{ "hub", "h9", "unknown key id" },
		{ "hub", "h1", "forged" },
		{ "hu", "h1", "unknown caller" },
		{ "hub2", "h1", "unknown caller" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_ring *stranger = ring_make(
			rows[i].name,
			line(secret, "", rows[i].id, keys[STRANGER].secret),
			peers);
		size_t length = close_text(stranger, SEAL_REQUEST, "registry",
					   id_one, "let me in", sealed);

		cr_assert_str_eq(open_reason(registry, SEAL_REQUEST, NULL,
					     sealed, length),
				 rows[i].reason);
		seal_ring_free(stranger);
	}
	cr_assert_eq(close_text(hub, SEAL_REQUEST, "scheduler", id_one, "x",
				sealed), 0);
	cr_assert_eq(seal_front(hub, "scheduler"), 0);
}

Test(seal, a_reply_answers_its_own_request)
{
	uint8_t sealed[400];
	size_t length = close_text(registry, SEAL_REPLY, "hub", id_one, "yes",
				   sealed);
	size_t at = seal_front(hub, "registry") - 24 - 8 - ID_BYTES;

	cr_assert_str_eq(open_reason(hub, SEAL_REPLY, id_one, sealed, length),
			 "");
	cr_assert_str_eq(open_reason(hub, SEAL_REPLY, id_two, sealed, length),
			 "answers another request");
	cr_assert(memcmp(sealed + at, id_one, ID_BYTES) == 0);
	memcpy(sealed + at, id_two, ID_BYTES);
	cr_assert_str_eq(open_reason(hub, SEAL_REPLY, id_two, sealed, length),
			 "forged");
}

Test(seal, only_now)
{
	static const struct {
		int64_t offset_s;
		const char *reason;
	} rows[] = {
		{ -100000, "stale" }, { -31, "stale" }, { -29, "" },
		{ 0, "" }, { 29, "" }, { 31, "from the future" },
		{ 100000, "from the future" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t sealed[400];

		wall_offset_s = rows[i].offset_s;
		size_t length = close_text(hub, SEAL_REQUEST, "registry",
					   id_one, "body", sealed);
		wall_offset_s = 0;
		cr_assert_str_eq(open_reason(registry, SEAL_REQUEST, NULL,
					     sealed, length),
				 rows[i].reason, "%d s",
				 (int)rows[i].offset_s);
	}
}

/* Both sides of one exchange in each phase of a rotation, with each other's
 * files as they may stand while a change is being rolled out. */
Test(seal, rotation_fails_no_call)
{
	char h1[200], h2[200], r1[200], r2[200], hs1[200], hs2[200], rs1[200],
		rs2[200];
	const char *const hub_secrets[] = {
		"%1$s", "%2$s%1$s", "%2$s",
	};
	const char *const peers[] = {
		"%1$s%2$s%3$s%4$s", "%2$s%1$s%4$s%3$s",
	};

	line(h1, "hub", "h1", keys[HUB].public);
	line(h2, "hub", "h2", keys[HUB_NEW].public);
	line(r1, "registry", "r1", keys[REGISTRY].public);
	line(r2, "registry", "r2", keys[REGISTRY_NEW].public);
	line(hs1, "", "h1", keys[HUB].secret);
	line(hs2, "", "h2", keys[HUB_NEW].secret);
	line(rs1, "", "r1", keys[REGISTRY].secret);
	line(rs2, "", "r2", keys[REGISTRY_NEW].secret);
	for (int i = 0; i < 3 * 3 * 2 * 2; i++) {
		char hub_keys[400], registry_keys[400], hub_peers[800],
			registry_peers[800];
		int mine = i % 3, theirs = i / 3 % 3, mine_first = i / 9 % 2,
		    theirs_first = i / 18;

		/* A secret that is not there yet is not the one asked for,
		 * one that is gone no longer is. */
		if ((mine == 0 && theirs_first == 1) ||
		    (mine == 2 && theirs_first == 0) ||
		    (theirs == 0 && mine_first == 1) ||
		    (theirs == 2 && mine_first == 0))
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		sprintf(hub_keys, hub_secrets[mine], hs1, hs2);
		sprintf(registry_keys, hub_secrets[theirs], rs1, rs2);
		sprintf(hub_peers, peers[mine_first], h1, h2, r1, r2);
		sprintf(registry_peers, peers[theirs_first], h1, h2, r1, r2);
#pragma GCC diagnostic pop
		struct seal_ring *one = ring_make("hub", hub_keys, hub_peers);
		struct seal_ring *two =
			ring_make("registry", registry_keys, registry_peers);
		uint8_t sealed[400];
		size_t length = close_text(one, SEAL_REQUEST, "registry",
					   id_one, "body", sealed);

		cr_assert_str_eq(
			open_reason(two, SEAL_REQUEST, NULL, sealed, length),
			"", "request, case %d", i);
		length = close_text(two, SEAL_REPLY, "hub", id_one, "body",
				    sealed);
		cr_assert_str_eq(
			open_reason(one, SEAL_REPLY, id_one, sealed, length),
			"", "reply, case %d", i);
		seal_ring_free(one);
		seal_ring_free(two);
	}
}

Test(seal, bad_key_files_are_explained)
{
	char good[200], other[200], twice[500], wrong[200], long_id[200];
	const char *const k = keys[HUB].secret;
	const char *const zero = "registry r1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				 "AAAAAAAAAA=\n";

	line(good, "", "h1", k);
	line(other, "registry", "r1", keys[REGISTRY].public);
	line(wrong, "hub", "h1", keys[REGISTRY].public);
	line(long_id, "", "a-key-id-of-more-than-31-characters", k);
	snprintf(twice, sizeof(twice), "%s%s", good, good);
	const struct {
		const char *secrets, *peers, *problem;
	} rows[] = {
		{ "", other, "there is no secret key" },
		{ "# only a comment\n\n", other, "there is no secret key" },
		{ "h1\n", other, "a line has too few words" },
		{ good, "registry r1\n", "a line has too few words" },
		{ "h1 AAAA\n", other,
		  "a key is not base64 of the right length" },
		{ "h1 !!!\n", other,
		  "a key is not base64 of the right length" },
		{ twice, other, "a key id stands twice" },
		{ long_id, other,
		  "a name or key id is longer than 31 characters" },
		{ good, good, "a name or key id is longer than 31 characters" },
		{ good, wrong,
		  "our listed public key is not our secret key's" },
		{ good, zero, "a public key is weak" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *problem = NULL;

		cr_assert_null(seal_ring_new("hub", rows[i].secrets,
					     rows[i].peers, &problem));
		cr_assert_str_eq(problem, rows[i].problem, "row %zu", i);
	}
	snprintf(twice, sizeof(twice), "# peers\n\n \t%s%s", other, other);
	const char *problem = NULL;
	cr_assert_null(seal_ring_new("hub", good, twice, &problem));
	cr_assert_str_eq(problem, "a peer's key id stands twice");
	twice[strlen(twice) - strlen(other)] = '\0';
	seal_ring_free(ring_make("hub", good, twice));
}

static void nonce_of(uint64_t number, uint8_t nonce[24])
{
	/* Spread, as random ones are. */
	for (size_t i = 0; i < 3; i++) {
		uint64_t mixed = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

		mixed ^= mixed >> (29 + i);
		mixed *= UINT64_C(0xbf58476d1ce4e5b9);
		mixed ^= mixed >> 32;
		memcpy(nonce + 8 * i, &mixed, 8);
	}
}

Test(replay, a_nonce_is_new_once)
{
	struct seal_replay *replay = seal_replay_new();
	int64_t now = clock_wall();
	uint8_t nonce[24];

	for (uint64_t i = 0; i < 20000; i++) {
		nonce_of(i, nonce);
		cr_assert_not(seal_replayed(replay, nonce, now));
	}
	for (uint64_t i = 0; i < 20000; i++) {
		nonce_of(i, nonce);
		cr_assert(seal_replayed(replay, nonce, now));
	}
	memset(nonce, 0, sizeof(nonce));
	cr_assert_not(seal_replayed(replay, nonce, now));
	cr_assert(seal_replayed(replay, nonce, now));
	seal_replay_free(replay);
}

/* Whenever it was first seen, it is known as long as it could be fresh. */
Test(replay, is_remembered_while_fresh)
{
	for (int64_t start_s = 0; start_s < 180; start_s += 7) {
		struct seal_replay *replay = seal_replay_new();
		int64_t now = clock_wall();
		uint8_t nonce[24], other[24];

		nonce_of(1, nonce);
		nonce_of(2, other);
		seal_replayed(replay, other, now);
		now += start_s * CLOCK_SECOND;
		cr_assert_not(seal_replayed(replay, nonce, now));
		for (uint64_t i = 0; i <= 60; i++) {
			nonce_of(i + 3, other);
			seal_replayed(replay, other, now);
			cr_assert(seal_replayed(replay, nonce, now));
			now += CLOCK_SECOND;
		}
		now += 240 * CLOCK_SECOND;
		cr_assert_not(seal_replayed(replay, nonce, now),
			      "it must be forgotten in the end");
		seal_replay_free(replay);
	}
}

Test(replay, a_clock_set_back_loses_nothing)
{
	struct seal_replay *replay = seal_replay_new();
	int64_t now = clock_wall();
	uint8_t nonce[24], other[24];

	nonce_of(1, nonce);
	nonce_of(2, other);
	cr_assert_not(seal_replayed(replay, nonce, now));
	cr_assert(seal_replayed(replay, nonce, now - 3600 * CLOCK_SECOND));
	cr_assert_not(seal_replayed(replay, other, now - 3600 * CLOCK_SECOND));
	seal_replay_free(replay);
}

Test(replay, is_bounded_and_refuses_when_full)
{
	struct seal_replay *replay = seal_replay_new();
	int64_t now = clock_wall();
	uint64_t taken = 0;
	uint8_t nonce[24];

	for (uint64_t i = 0; i < 3u << 20; i++) {
		nonce_of(i, nonce);
		taken += !seal_replayed(replay, nonce, now);
	}
	cr_assert(taken <= 1u << 21, "%llu", (unsigned long long)taken);
	cr_assert(taken > 2000000, "%llu", (unsigned long long)taken);
	for (uint64_t i = 0; i < 1000; i++) {
		nonce_of(i + (UINT64_C(1) << 40), nonce);
		cr_assert(seal_replayed(replay, nonce, now));
	}
	/* Room again when the minute has passed. */
	cr_assert_not(seal_replayed(replay, nonce, now + 61 * CLOCK_SECOND));
	seal_replay_free(replay);
}
