/*
 * vault: what is sealed opens with its key and in its context only; a digest
 * matches its text only; old keys still open.
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "services/common/wire/vault.h"

static char one[VAULT_KEY_TEXT], two[VAULT_KEY_TEXT];
static struct arena *arena;

static void set_up(void)
{
	vault_key(one);
	vault_key(two);
	arena = arena_new(4096);
}

TestSuite(vault, .init = set_up);

static struct vault *make(const char *first, const char *second)
{
	const char *problem = NULL;
	struct vault *vault;
	char lines[200];

	snprintf(lines, sizeof(lines), "%s %s\n", first == one ? "k1" : "k2",
		 first);
	if (second)
		snprintf(lines + strlen(lines), 100, "%s %s\n",
			 second == one ? "k1" : "k2", second);
	vault = vault_new(lines, &problem);
	cr_assert_not_null(vault, "%s", problem);
	return vault;
}

Test(vault, opens_with_its_key_in_its_context)
{
	struct vault *old = make(one, NULL), *both = make(two, one),
		     *new = make(two, NULL);
	size_t sealed_length = 0, length = 0;
	uint8_t *sealed = vault_seal(old, arena, "ann", "secret", 6,
				     &sealed_length);
	uint8_t *bytes = vault_open(old, arena, "ann", sealed, sealed_length,
				    &length);

	cr_assert(bytes && length == 6 && !memcmp(bytes, "secret", 6));
	cr_assert(vault_open(both, arena, "ann", sealed, sealed_length,
			     &length));
	cr_assert(!vault_open(new, arena, "ann", sealed, sealed_length,
			      &length));
	cr_assert(!vault_open(old, arena, "bob", sealed, sealed_length,
			      &length));
	cr_assert(!vault_open(NULL, arena, "ann", sealed, sealed_length,
			      &length));
	for (size_t i = 0; i < sealed_length; i++) {
		cr_assert(!vault_open(old, arena, "ann", sealed, i, &length));
		sealed[i] ^= 1;
		cr_assert(!vault_open(old, arena, "ann", sealed,
				      sealed_length, &length));
		sealed[i] ^= 1;
	}
	vault_free(old);
	vault_free(both);
	vault_free(new);
}

Test(vault, digests_compare_texts)
{
	struct vault *old = make(one, NULL), *both = make(two, one);
	const char *digest = vault_digest(old, arena, "ann", "code");

	cr_assert(vault_matches(old, "ann", "code", digest));
	cr_assert(vault_matches(both, "ann", "code", digest));
	cr_assert(!vault_matches(both, "bob", "code", digest));
	cr_assert(!vault_matches(both, "ann", "coda", digest));
	cr_assert(!vault_matches(both, "an", "ncode", digest));
	cr_assert(!vault_matches(both, "ann", "code", ""));
	cr_assert(!vault_matches(both, "ann", "code", "k1 "));
	cr_assert(!vault_matches(NULL, "ann", "code", digest));
	cr_assert(strcmp(digest, vault_digest(both, arena, "ann", "code")));
	vault_free(old);
	vault_free(both);
}

Test(vault, refuses_bad_keys)
{
	static const char *const bad[] = { "", "# none\n", "k1 short",
					   "k1", "k1 AAAA extra" };
	const char *problem = NULL;
	char twice[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cr_assert_null(vault_new(bad[i], &problem));
		cr_assert_not_null(problem);
	}
	snprintf(twice, sizeof(twice), "k1 %s\nk1 %s\n", one, two);
	cr_assert_null(vault_new(twice, &problem));
	cr_assert(strstr(problem, "twice"));
}

Test(vault, tokens_differ)
{
	char a[VAULT_TOKEN_TEXT], b[VAULT_TOKEN_TEXT];

	vault_token(a);
	vault_token(b);
	cr_assert(strlen(a) == VAULT_TOKEN_TEXT - 1 && strcmp(a, b));
	cr_assert(!strpbrk(a, "+/="));
}
