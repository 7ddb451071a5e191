/* hostile_calls: well sealed, and wrong inside. Each is refused with a status
 * and, where there is one, the field at fault. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.pb-c.h"
#include "services/common/wire/token.h"
#include "tests/system/hostile.h"

#define MANY 2049
#define LONG 100000

static Rpc__Reply *ask(const Rpc__Request *request)
{
	struct envelope_made made =
		envelope_seal(hostile_arena, hostile_stage.ring, request);

	return envelope_ask(&hostile_stage, hostile_arena, &made,
			    ENVELOPE_PATIENCE_US);
}

static void check_refused(const Rpc__Request *request, enum status expected,
			  const char *expected_field)
{
	const char *field = "";

	CHECK_STATUS(envelope_status(ask(request), &field), expected);
	CHECK(!strcmp(field, expected_field), "field %s, not %s", field,
	      expected_field);
	arena_reset(hostile_arena);
}

static Rpc__Request *add_request(const char *account)
{
	return envelope_request(hostile_arena, "AddEntry",
				envelope_entry(hostile_arena, account));
}

static Rpc__Request *with_body(const char *method, const void *bytes,
			       size_t length)
{
	Rpc__Request *request = add_request("body");

	request->method = arena_strdup(hostile_arena, method);
	request->body[0].data = arena_copy(hostile_arena, bytes, length);
	request->body[0].len = length;
	return request;
}

static void test_envelopes(void)
{
	struct envelope_made made;
	Rpc__Request *request;
	ProtobufCBinaryData one;

	check_theme("no request, no such method, no body, too many bodies");
	made = envelope_seal_bytes(hostile_arena, hostile_stage.ring,
				   "\xff\xff\xff\xff", 4);
	CHECK_STATUS(envelope_status(envelope_ask(&hostile_stage, hostile_arena,
						  &made, ENVELOPE_PATIENCE_US),
				     NULL),
		     STATUS_INVALID);
	check_refused(with_body("DropEverything", "", 0), STATUS_UNKNOWN_METHOD,
		      "");
	check_refused(with_body("", "", 0), STATUS_UNKNOWN_METHOD, "");
	request = add_request("none");
	request->n_body = 0;
	check_refused(request, STATUS_INVALID, "body");
	request = add_request("many");
	one = request->body[0];
	request->n_body = MANY;
	request->body =
		arena_array(hostile_arena, MANY, sizeof(*request->body));
	for (int i = 0; i < MANY; i++)
		request->body[i] = one;
	check_refused(request, STATUS_INVALID, "body");
}

static void test_late(void)
{
	Rpc__Request *request = add_request("late");

	check_theme("a deadline in the past is not executed");
	request->deadline_at_us = clock_wall() - 1;
	check_refused(request, STATUS_DEADLINE, "");
	request = add_request("late");
	request->deadline_at_us = INT64_MIN;
	check_refused(request, STATUS_DEADLINE, "");
}

/* ---- bodies ---- */

static void test_bodies(void)
{
	static const char kind[] = "\x0a\x24" /* entry_id, 36 bytes */
				   "018f0000-0000-7000-8000-00000000000a"
				   "\x12\x01"
				   "a"         /* account */
				   "\x18\x05"  /* amount */
				   "\x20\x63"; /* kind = 99 */
	static const char *const wrong[] = { "\x0a\x7f", "\x08\x01\x0a",
					     "\xff\xff\xff\xff\xff\xff\xff\xff"
					     "\xff\xff\xff",
					     "\x0a\x01\x80" };

	check_theme("bodies that are not the message, an unknown enum number");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const char *field = "";
		Rpc__Reply *reply =
			ask(with_body("AddEntry", wrong[i], strlen(wrong[i])));

		CHECK_STATUS(envelope_status(reply, &field), STATUS_INVALID);
		arena_reset(hostile_arena);
	}
	check_refused(with_body("PutEntry", kind, sizeof(kind) - 1),
		      STATUS_INVALID, "kind");
}

/* A field of bytes that no C string can hold is written by hand. */
static Rpc__Request *with_account(const char *bytes, size_t length)
{
	static const char front[] = "\x0a\x24"
				    "018f0000-0000-7000-8000-00000000000b"
				    "\x18\x05\x12";
	size_t used = sizeof(front) - 1;
	uint8_t *body = arena_alloc(hostile_arena, used + 5 + length);
	size_t left = length;

	memcpy(body, front, used);
	for (; left >= 0x80; left >>= 7)
		body[used++] = (uint8_t)(left | 0x80);
	body[used++] = (uint8_t)left;
	memcpy(body + used, bytes, length);
	return with_body("AddEntry", body, used + length);
}

static void test_strings(void)
{
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = { { "a\0b", 3 },
		      { "\xff\xfe", 2 },
		      { "\xc3", 1 },
		      { "\xed\xa0\x80", 3 },
		      { "\xf4\x90\x80\x80", 4 },
		      { "\xc0\x80", 2 },
		      { "a\rb", 3 },
		      { "a\x1b[2J", 5 } };
	char *text = malloc(LONG);

	check_theme("strings with NUL, control characters, wrong UTF-8, and "
		    "one of 100 kB");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_refused(with_account(cases[i].bytes, cases[i].length),
			      STATUS_INVALID, "account");
	CHECK(text, "no memory");
	for (size_t i = 0; i < LONG; i++)
		text[i] = (char)('!' + rand() % 90);
	CHECK_STATUS(envelope_status(ask(with_account(text, LONG)), NULL),
		     STATUS_INVALID);
	free(text);
	arena_reset(hostile_arena);
}

/* ---- credentials ---- */

static struct token_keys *make_keys(const char *signing, const char *checking)
{
	const char *problem = "";
	struct token_keys *keys = token_keys_new(checking, signing, &problem);

	CHECK(keys, "%s", problem);
	return keys;
}

static struct token_keys *other_keys(void)
{
	char secret[TOKEN_SECRET_TEXT], public[TOKEN_PUBLIC_TEXT];
	char signing[TOKEN_SECRET_TEXT + 2], checking[TOKEN_PUBLIC_TEXT + 2];

	token_key_pair(secret, public);
	snprintf(signing, sizeof(signing), "a %s", secret);
	snprintf(checking, sizeof(checking), "a %s", public);
	return make_keys(signing, checking);
}

/* ListEntries as a coordinator; the token's bytes may be spoilt after. */
static Rpc__Request *list_request(const struct token_keys *keys,
				  int64_t expires_us)
{
	Ledger__ListEntriesRequest list = LEDGER__LIST_ENTRIES_REQUEST__INIT;
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;
	Rpc__Grant grant = RPC__GRANT__INIT, *grants[] = { &grant };
	Rpc__Request *request;

	grant.role = (char *)(uintptr_t) "coordinator";
	grant.scope = RPC__GRANT__SCOPE__network;
	grant.scope_id =
		(char *)(uintptr_t) "018f0000-0000-7000-8000-00000000bbbb";
	credential.person_id =
		(char *)(uintptr_t) "018f0000-0000-7000-8000-00000000aaaa";
	credential.n_grants = 1;
	credential.grants = grants;
	credential.issued_at_us = expires_us - CLOCK_SECOND * 60;
	credential.expires_at_us = expires_us;
	list.account = (char *)(uintptr_t)HOSTILE_GOOD;
	request = envelope_request(hostile_arena, "ListEntries", &list.base);
	request->credential.data = token_sign(keys, hostile_arena, &credential,
					      &request->credential.len);
	return request;
}

static void test_credentials(void)
{
	struct token_keys *keys = make_keys(hostile_stage.signing_keys,
					    hostile_stage.credential_keys);
	struct token_keys *others = other_keys();
	int64_t soon = clock_wall() + CLOCK_SECOND * 30;
	Rpc__Request *request = list_request(keys, soon);

	check_theme("credentials that are expired, forged, cut off, of another "
		    "key, or missing");
	CHECK_STATUS(envelope_status(ask(request), NULL), STATUS_OK);
	check_refused(list_request(keys, clock_wall() - CLOCK_SECOND),
		      STATUS_UNAUTHENTICATED, "");
	check_refused(list_request(others, soon), STATUS_UNAUTHENTICATED, "");
	for (size_t at = 0; at < 160; at += 5) {
		request = list_request(keys, soon);
		if (at < request->credential.len)
			request->credential.data[at] ^= 4;
		check_refused(request, STATUS_UNAUTHENTICATED, "");
		request = list_request(keys, soon);
		if (at < request->credential.len)
			request->credential.len = at;
		check_refused(request, STATUS_UNAUTHENTICATED, "");
		if (at + 5 >= list_request(keys, soon)->credential.len)
			break;
	}
	token_keys_free(keys);
	token_keys_free(others);
}

void hostile_calls(void)
{
	test_envelopes();
	test_late();
	test_bodies();
	test_strings();
	test_credentials();
}
