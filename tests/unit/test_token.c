/*
 * token: a credential holds when a known key signed it and its time is now;
 * one bit changed, one byte missing or another key and it is nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "services/common/wire/seal.h"
#include "services/common/wire/token.h"

#define PERSON "01890a5d-ac96-774b-bcce-b302099a8057"
#define HUB "01890a5d-ac96-774b-bcce-b302099a8058"

static char secret_one[TOKEN_SECRET_TEXT], public_one[TOKEN_PUBLIC_TEXT];
static char secret_two[TOKEN_SECRET_TEXT], public_two[TOKEN_PUBLIC_TEXT];
static struct arena *arena;

static void set_up(void)
{
	token_key_pair(secret_one, public_one);
	token_key_pair(secret_two, public_two);
	arena = arena_new(4096);
}

static void tear_down(void)
{
	arena_free(arena);
}

TestSuite(token, .init = set_up, .fini = tear_down);

static char *key_lines(const char *format, const char *one, const char *two)
{
	char *text = arena_alloc(arena, 400);
	size_t at = 0;

	for (; *format != '\0'; format++)
		at += (size_t)snprintf(text + at, 400 - at, "k%c %s\n", *format,
				       *format == '1' ? one : two);
	return text;
}

/* public and secret name the keys, in order: "12" is the first, the second. */
static struct token_keys *make_keys(const char *public, const char *secret)
{
	const char *problem = NULL;
	struct token_keys *keys = token_keys_new(
		key_lines(public, public_one, public_two),
		*secret ? key_lines(secret, secret_one, secret_two) : NULL,
		&problem);

	cr_assert_not_null(keys, "%s", problem);
	return keys;
}

static void *sign(const struct token_keys *keys, int64_t issued_at_us,
		  int64_t expires_at_us, size_t *length)
{
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;
	Rpc__Grant grant = RPC__GRANT__INIT, *grants[] = { &grant };

	grant.role = "hub_admin";
	grant.scope = RPC__GRANT__SCOPE__hub;
	grant.scope_id = HUB;
	credential.person_id = PERSON;
	credential.language = "cy";
	credential.grants = grants;
	credential.n_grants = 1;
	credential.issued_at_us = issued_at_us;
	credential.expires_at_us = expires_at_us;
	return token_sign(keys, arena, &credential, length);
}

static enum status check(const struct token_keys *keys, const void *token,
			 size_t length, int64_t now_us)
{
	Rpc__Credential *credential = NULL;
	struct error error = { .status = STATUS_OK };
	/* Its own block, so that the sanitizer sees a byte too far. */
	uint8_t *copy = malloc(length + (length == 0));

	memcpy(copy, token, length);
	enum status status = token_check(keys, arena, copy, length, now_us,
					 &credential, &error);
	free(copy);
	cr_assert((credential != NULL) == (status == STATUS_OK));
	cr_assert(status == STATUS_OK || error.status == status);
	cr_assert(status == STATUS_OK || error.message[0] != '\0');
	return status;
}

Test(token, says_who_and_what)
{
	struct token_keys *registry = make_keys("1", "1");
	struct token_keys *service = make_keys("1", "");
	int64_t now = clock_wall();
	size_t length = 0;
	void *token = sign(registry, now, now + TOKEN_LIFE_US, &length);
	Rpc__Credential *credential = NULL;
	struct error error;

	cr_assert_eq(token_check(service, arena, token, length, now,
				 &credential, &error),
		     STATUS_OK);
	cr_assert_str_eq(credential->person_id, PERSON);
	cr_assert_str_eq(credential->language, "cy");
	cr_assert_eq(credential->n_grants, 1);
	cr_assert_str_eq(credential->grants[0]->role, "hub_admin");
	cr_assert(credential->grants[0]->scope == RPC__GRANT__SCOPE__hub);
	cr_assert_str_eq(credential->grants[0]->scope_id, HUB);
	cr_assert_eq(credential->expires_at_us, now + TOKEN_LIFE_US);
	token_keys_free(registry);
	token_keys_free(service);
}

Test(token, holds_in_its_time_only)
{
	struct token_keys *keys = make_keys("1", "1");
	int64_t now = clock_wall();
	const struct {
		int64_t issued_at_us, expires_at_us;
		enum status status;
	} rows[] = {
		{ now, now + 1, STATUS_OK },
		{ now - TOKEN_LIFE_US, now + 1, STATUS_OK },
		{ now - TOKEN_LIFE_US, now, STATUS_UNAUTHENTICATED },
		{ now - TOKEN_LIFE_US, now - 1, STATUS_UNAUTHENTICATED },
		{ now + SEAL_FRESH_US, now + TOKEN_LIFE_US, STATUS_OK },
		{ now + SEAL_FRESH_US + 1, now + TOKEN_LIFE_US,
		  STATUS_UNAUTHENTICATED },
		{ 0, 0, STATUS_UNAUTHENTICATED },
		{ INT64_MAX, INT64_MAX, STATUS_UNAUTHENTICATED },
		{ INT64_MIN, INT64_MAX, STATUS_OK },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t length = 0;
		void *token = sign(keys, rows[i].issued_at_us,
				   rows[i].expires_at_us, &length);

		cr_assert_eq(check(keys, token, length, now), rows[i].status,
			     "row %zu", i);
	}
	token_keys_free(keys);
}

Test(token, any_change_voids_it)
{
	struct token_keys *keys = make_keys("1", "1");
	int64_t now = clock_wall();
	size_t length = 0;
	uint8_t *token = sign(keys, now, now + TOKEN_LIFE_US, &length);

	for (size_t i = 0; i < length * 8; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);

		token[i / 8] ^= bit;
		cr_assert_eq(check(keys, token, length, now),
			     STATUS_UNAUTHENTICATED, "byte %zu bit %zu", i / 8,
			     i % 8);
		token[i / 8] ^= bit;
	}
	for (size_t i = 0; i < length; i++)
		cr_assert_eq(check(keys, token, i, now),
			     STATUS_UNAUTHENTICATED, "length %zu", i);
	cr_assert_eq(check(keys, token, length, now), STATUS_OK);
	uint8_t *longer = arena_alloc(arena, length + 100000);
	memcpy(longer, token, length);
	cr_assert_eq(check(keys, longer, length + 1, now),
		     STATUS_UNAUTHENTICATED);
	cr_assert_eq(check(keys, longer, length + 100000, now),
		     STATUS_UNAUTHENTICATED);
	token_keys_free(keys);
}

/* Who signs with what, and who knows what: the phases of a rotation. */
Test(token, keys_rotate_and_strangers_do_not_sign)
{
	static const struct {
		const char *signs, *knows;
		enum status status;
	} rows[] = {
		{ "1", "1", STATUS_OK },
		{ "1", "12", STATUS_OK },
		{ "21", "12", STATUS_OK },
		{ "2", "21", STATUS_OK },
		{ "2", "2", STATUS_OK },
		{ "2", "1", STATUS_UNAUTHENTICATED },
		{ "21", "1", STATUS_UNAUTHENTICATED },
		{ "1", "2", STATUS_UNAUTHENTICATED },
	};
	int64_t now = clock_wall();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct token_keys *signer = make_keys("12", rows[i].signs);
		struct token_keys *service = make_keys(rows[i].knows, "");
		size_t length = 0;
		void *token = sign(signer, now, now + TOKEN_LIFE_US, &length);

		cr_assert_eq(check(service, token, length, now),
			     rows[i].status, "row %zu", i);
		token_keys_free(signer);
		token_keys_free(service);
	}
}

/* Another secret under a known id: the signature decides, not the name. */
Test(token, a_forged_key_id_does_not_help)
{
	const char *problem = NULL;
	struct token_keys *forger = token_keys_new(
		"", arena_printf(arena, "k1 %s\n", secret_two), &problem);
	struct token_keys *service = make_keys("1", "");
	int64_t now = clock_wall();
	size_t length = 0;

	cr_assert_not_null(forger, "%s", problem);
	void *token = sign(forger, now, now + TOKEN_LIFE_US, &length);
	cr_assert_eq(check(service, token, length, now),
		     STATUS_UNAUTHENTICATED);
	token_keys_free(forger);
	token_keys_free(service);
}

/* Signed by the right key, but not a credential: as a bug would make it. */
Test(token, a_malformed_credential_is_refused)
{
	struct token_keys *keys = make_keys("1", "1");
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;
	int64_t now = clock_wall();
	size_t length = 0;

	credential.person_id = "not a uuid";
	credential.expires_at_us = now + TOKEN_LIFE_US;
	void *token = token_sign(keys, arena, &credential, &length);
	cr_assert_eq(check(keys, token, length, now), STATUS_UNAUTHENTICATED);
	token_keys_free(keys);
}

static const char *many_keys(int count)
{
	struct text text = text_new(arena);

	for (int i = 0; i < count; i++)
		text_printf(&text, "m%d %s\n", i, public_one);
	return text.bytes;
}

/* As when what is in use and what is retired are read together. */
Test(token, many_keys_are_read_and_some_twice)
{
	const char *good = arena_printf(arena, "k1 %s\n", public_one);
	const char *texts[] = { many_keys(TOKEN_KEYS_MAX),
				arena_printf(arena, "%s%s", good, good), "" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *problem = NULL;
		struct token_keys *keys =
			token_keys_new(texts[i], NULL, &problem);

		cr_assert_not_null(keys, "%zu: %s", i, problem);
		token_keys_free(keys);
	}
}

Test(token, bad_key_files_are_explained)
{
	const char *good = arena_printf(arena, "k1 %s\n", public_one);
	const struct {
		const char *public, *secret, *problem;
	} rows[] = {
		{ "k1\n", NULL, "a line has too few words" },
		{ "k1 AAAA\n", NULL,
		  "a key is not base64 of the right length" },
		{ arena_printf(arena, "k1 %s x\n", public_one), NULL,
		  "a line has too many words" },
		{ arena_printf(arena, "%sk1 %s\n", good, public_two), NULL,
		  "a key id stands for two keys" },
		{ many_keys(TOKEN_KEYS_MAX + 1), NULL,
		  "there are more than 256 public keys" },
		{ good, "", "there is no secret key" },
		{ good, good, "a key is not base64 of the right length" },
		{ good, arena_printf(arena, "k1 %s\n", secret_two),
		  "a public key is not its secret key's" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *problem = NULL;

		cr_assert_null(token_keys_new(rows[i].public, rows[i].secret,
					      &problem));
		cr_assert_str_eq(problem, rows[i].problem, "row %zu", i);
	}
}
