/* rotate: the signing key changes as often as one likes, and what it signed can
 * be checked for good. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "services/common/base/text.h"
#include "services/common/wire/token.h"
#include "tools/command.h"
#include "tools/rotate.h"

#define CONTEXT "test of rotation"

static char folder[] = "/tmp/test_rotate.XXXXXX";
static const char *const names[] = { "signing.keys", "credential.keys",
				     "retired.keys" };

static const char *path(const char *name)
{
	return arena_printf(memory, "%s/%s", folder, name);
}

static void put(const char *name, const char *bytes)
{
	FILE *file = fopen(path(name), "we");

	cr_assert_not_null(file);
	fputs(bytes, file);
	cr_assert_eq(fclose(file), 0);
}

static const char *get(const char *name)
{
	FILE *file = fopen(path(name), "re");
	struct text text = text_new(memory);
	char piece[4096];
	size_t length;

	if (file == NULL)
		return "";
	while ((length = fread(piece, 1, sizeof(piece), file)) > 0)
		text_add_bytes(&text, piece, length);
	fclose(file);
	return text.bytes;
}

static void set_up(void)
{
	char secret[TOKEN_SECRET_TEXT], public[TOKEN_PUBLIC_TEXT];

	cr_redirect_stdout();
	cr_redirect_stderr();
	memory = arena_new(1 << 16);
	cr_assert_not_null(mkdtemp(folder));
	token_key_pair(secret, public);
	put("signing.keys", arena_printf(memory, "first %s\n", secret));
	put("credential.keys", arena_printf(memory, "first %s\n", public));
}

static void tear_down(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path(names[i]));
	rmdir(folder);
	arena_free(memory);
}

TestSuite(rotate, .init = set_up, .fini = tear_down);

static void two_steps(void)
{
	const struct timespec long_ago[2] = { { 0 } };

	cr_assert_eq(rotate_keys(folder), EXIT_OK);
	cr_assert_eq(rotate_keys(folder), EXIT_OK);
	cr_assert_eq(utimensat(AT_FDCWD, path("signing.keys"), long_ago, 0), 0);
}

/* What audit verify reads. */
static struct token_keys *all_keys(void)
{
	const char *problem = NULL;
	struct token_keys *keys = token_keys_new(
		arena_printf(memory, "%s%s", get("credential.keys"),
			     get("retired.keys")),
		NULL, &problem);

	cr_assert_not_null(keys, "%s", problem);
	return keys;
}

static const void *sign_now(size_t *length)
{
	const char *problem = NULL;
	struct token_keys *keys =
		token_keys_new("", get("signing.keys"), &problem);
	const void *token;

	cr_assert_not_null(keys, "%s", problem);
	token = token_sign_bytes(keys, memory, CONTEXT, "x", 1, length);
	token_keys_free(keys);
	return token;
}

static void check(const void *token, size_t length)
{
	struct token_keys *keys = all_keys();
	struct error error = { .status = STATUS_OK };
	const void *bytes;
	size_t count;

	cr_assert_eq(token_check_bytes(keys, memory, CONTEXT, token, length,
				       &bytes, &count, &error),
		     STATUS_OK, "%s", error.message);
	token_keys_free(keys);
}

Test(rotate, twenty_times)
{
	const void *tokens[20];
	size_t lengths[20];

	for (size_t i = 0; i < 20; i++) {
		tokens[i] = sign_now(&lengths[i]);
		two_steps();
		cr_assert_eq(rotate_keys(folder), EXIT_OK);
	}
	for (size_t i = 0; i < 20; i++)
		check(tokens[i], lengths[i]);
}

/* Ended between the two files of step 3: the old key stands in both. */
Test(rotate, half_of_step_three)
{
	const char *before, *retired;
	size_t length;
	const void *token = sign_now(&length);

	two_steps();
	before = get("credential.keys");
	cr_assert_eq(rotate_keys(folder), EXIT_OK);
	retired = get("retired.keys");
	put("credential.keys", before);
	check(token, length);
	cr_assert_eq(rotate_keys(folder), EXIT_OK);
	cr_assert_str_eq(get("retired.keys"), retired);
	cr_assert_null(strstr(get("credential.keys"), "first "));
	check(token, length);
}

/* Full is said before anything changes, and all can still be checked. */
Test(rotate, as_many_as_can_be_read)
{
	struct text text = text_new(memory);
	char secret[TOKEN_SECRET_TEXT], public[TOKEN_PUBLIC_TEXT];
	const char *before;

	token_key_pair(secret, public);
	for (int i = 0; i < TOKEN_KEYS_MAX - 2; i++)
		text_printf(&text, "old%d %s\n", i, public);
	put("retired.keys", text.bytes);
	two_steps();
	before = get("credential.keys");
	cr_assert_eq(rotate_keys(folder), EXIT_FAILED);
	cr_assert_str_eq(get("credential.keys"), before);
	token_keys_free(all_keys());
}
