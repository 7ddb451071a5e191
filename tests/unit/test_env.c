/* env: all problems at once, secrets from files, nothing unknown. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/common/base/env.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *listen_url, *mode, *keys, *clock_file, *either;
static int64_t workers, offset;
static bool loud;

static const struct setting common[] = {
	{ .name = "ECHO_LISTEN", .value = &listen_url, .fallback = NULL,
	  .about = "where to listen" },
	{ .name = "ECHO_WORKERS", .type = SETTING_INT, .value = &workers,
	  .fallback = "2", .min = 1, .max = 64, .about = "threads" },
	{ .name = "ECHO_CLOCK_FILE", .value = &clock_file, .fallback = "",
	  .about = "holds the time" },
	{ 0 },
};

static const struct setting own[] = {
	{ .name = "ECHO_OFFSET", .type = SETTING_INT, .value = &offset,
	  .fallback = "-5", .about = "any number" },
	{ .name = "ECHO_LOUD", .type = SETTING_BOOL, .value = &loud,
	  .fallback = "false", .about = "more of it" },
	{ .name = "ECHO_MODE", .value = &mode, .fallback = "hold",
	  .choices = "hold resend", .about = "what to do" },
	{ .name = "ECHO_EITHER", .value = &either, .fallback = "",
	  .choices = "one two", .about = "or nothing" },
	{ .name = "ECHO_KEYS", .value = &keys, .fallback = "", .secret = true,
	  .about = "the keys" },
	{ 0 },
};

static const struct setting *const tables[] = { common, own, NULL };

static char said[1 << 16];

/* env_load, with what it says in said. */
static size_t load(void)
{
	FILE *out = fmemopen(said, sizeof(said), "w");
	size_t problems;

	memset(said, 0, sizeof(said));
	cr_assert_not_null(out);
	problems = env_load(tables, COUNT(tables), out);
	fclose(out);
	return problems;
}

static size_t line_count(void)
{
	size_t lines = 0;

	for (const char *at = said; *at != '\0'; at++)
		lines += *at == '\n';
	return lines;
}

static void clean(void)
{
	clearenv();
	setenv("PATH", "/usr/bin", 1);
}

static char path[64];

static void write_file(const char *text, size_t length)
{
	int file;

	strcpy(path, "/tmp/test_env_XXXXXX");
	file = mkstemp(path);
	cr_assert_geq(file, 0);
	cr_assert_eq(write(file, text, length), (ssize_t)length);
	close(file);
}

Test(env, takes_defaults_and_values, .init = clean)
{
	setenv("ECHO_LISTEN", "tcp://127.0.0.1:7101", 1);
	cr_assert_eq(load(), 0, "%s", said);
	cr_assert_str_eq(listen_url, "tcp://127.0.0.1:7101");
	cr_assert_eq(workers, 2);
	cr_assert_eq(offset, -5);
	cr_assert_eq(loud, false);
	cr_assert_str_eq(mode, "hold");
	cr_assert_str_eq(either, "");
	cr_assert_str_eq(clock_file, "");
	cr_assert_str_eq(said, "");

	setenv("ECHO_WORKERS", "64", 1);
	setenv("ECHO_OFFSET", "-9000000000", 1);
	setenv("ECHO_LOUD", "yes", 1);
	setenv("ECHO_MODE", "resend", 1);
	setenv("ECHO_CLOCK_FILE", "/run/clock", 1);
	cr_assert_eq(load(), 0, "%s", said);
	cr_assert_eq(workers, 64);
	cr_assert_eq(offset, -9000000000);
	cr_assert_eq(loud, true);
	cr_assert_str_eq(mode, "resend");
	cr_assert_str_eq(clock_file, "/run/clock");
}

Test(env, values_outlive_the_environment, .init = clean)
{
	setenv("ECHO_LISTEN", "tcp://a", 1);
	cr_assert_eq(load(), 0);
	setenv("ECHO_LISTEN", "tcp://b", 1);
	clearenv();
	cr_assert_str_eq(listen_url, "tcp://a");
}

Test(env, refuses_bad_values, .init = clean)
{
	static const struct {
		const char *name, *value, *says;
	} rows[] = {
		{ "ECHO_LISTEN", "", "ECHO_LISTEN: is required" },
		{ "ECHO_WORKERS", "", "ECHO_WORKERS: is not a whole number" },
		{ "ECHO_WORKERS", "0", "out of range" },
		{ "ECHO_WORKERS", "65", "from 1 to 64" },
		{ "ECHO_WORKERS", "two", "\"two\" is not a whole number" },
		{ "ECHO_WORKERS", "2 ", "is not a whole number" },
		{ "ECHO_WORKERS", "99999999999999999999", "whole number" },
		{ "ECHO_LOUD", "maybe", "neither true nor false" },
		{ "ECHO_LOUD", "", "neither true nor false" },
		{ "ECHO_LOUD", "TRUE", "neither true nor false" },
		{ "ECHO_MODE", "drop", "one of: hold resend" },
		{ "ECHO_MODE", "", "one of: hold resend" },
		{ "ECHO_MODE", "hold resend", "not one of the choices" },
		{ "ECHO_MODE", "x\nforged: line", "(14 characters)" },
		{ "ECHO_EITHER", "three", "one of: one two" },
		{ "ECHO_WORKER", "2", "ECHO_WORKER: is not a setting" },
		{ "ECHO_", "2", "ECHO_: is not a setting" },
		{ "ECHO_WORKERS_FILE", "/tmp/x", "is not a setting" },
		{ "ECHO_LOUD_FILE", "/tmp/x", "is not a setting" },
		{ "ECHO_KEYS_FILE", "/nonexistent/keys",
		  "ECHO_KEYS_FILE: cannot read the file: No such file" },
		{ "ECHO_KEYS_FILE", "/", "cannot read the file" },
		{ "ECHO_KEYS_FILE", "", "cannot read the file" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		clean();
		setenv("ECHO_LISTEN", "tcp://a", 1);
		setenv(rows[i].name, rows[i].value, 1);
		cr_expect_eq(load(), 1, "row %zu: %s", i, said);
		cr_expect_not_null(strstr(said, rows[i].says), "row %zu: %s",
				   i, said);
		cr_expect_eq(line_count(), 1, "row %zu: %s", i, said);
	}
}

Test(env, lists_all_problems_at_once, .init = clean)
{
	setenv("ECHO_WORKERS", "many", 1);
	setenv("ECHO_LOUD", "perhaps", 1);
	setenv("ECHO_MODE", "drop", 1);
	setenv("ECHO_TYPO", "1", 1);
	setenv("OTHER_TYPO", "1", 1);
	setenv("ECHOES", "1", 1);
	cr_assert_eq(load(), 5, "%s", said);
	cr_assert_eq(line_count(), 5);
	cr_assert_not_null(strstr(said, "ECHO_LISTEN: is required"));
	cr_assert_not_null(strstr(said, "ECHO_WORKERS"));
	cr_assert_not_null(strstr(said, "ECHO_LOUD"));
	cr_assert_not_null(strstr(said, "ECHO_MODE"));
	cr_assert_not_null(strstr(said, "ECHO_TYPO"));
	cr_assert_null(strstr(said, "OTHER"));
}

Test(env, reads_values_from_files, .init = clean)
{
	static const struct {
		const char *file, *value;
	} rows[] = {
		{ "a secret\n", "a secret" }, { "a secret", "a secret" },
		{ "two\nlines\n", "two\nlines" }, { "x\n\n", "x\n" },
		{ "", "" }, { "\n", "" }, { "x\r\n", "x\r" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		write_file(rows[i].file, strlen(rows[i].file));
		setenv("ECHO_LISTEN", "tcp://a", 1);
		setenv("ECHO_KEYS_FILE", path, 1);
		cr_expect_eq(load(), 0, "row %zu: %s", i, said);
		cr_expect_str_eq(keys, rows[i].value, "row %zu", i);
		unlink(path);
	}
}

Test(env, a_setting_may_itself_be_called_file, .init = clean)
{
	write_file("/run/clock\n", 11);
	setenv("ECHO_LISTEN", "tcp://a", 1);
	setenv("ECHO_CLOCK_FILE_FILE", path, 1);
	cr_assert_eq(load(), 0, "%s", said);
	cr_assert_str_eq(clock_file, "/run/clock");
	setenv("ECHO_CLOCK", "x", 1);
	cr_assert_eq(load(), 1);
	unlink(path);
}

Test(env, refuses_files_that_cannot_be_a_value, .init = clean)
{
	static char large[70000];

	setenv("ECHO_LISTEN", "tcp://a", 1);
	write_file("a\0b", 3);
	setenv("ECHO_KEYS_FILE", path, 1);
	cr_assert_eq(load(), 1);
	cr_assert_not_null(strstr(said, "NUL"));
	unlink(path);
	memset(large, 'x', sizeof(large));
	write_file(large, sizeof(large));
	setenv("ECHO_KEYS_FILE", path, 1);
	cr_assert_eq(load(), 1);
	cr_assert_not_null(strstr(said, "larger"));
	unlink(path);
}

Test(env, refuses_value_and_file_together, .init = clean)
{
	setenv("ECHO_LISTEN", "tcp://a", 1);
	setenv("ECHO_KEYS", "a", 1);
	setenv("ECHO_KEYS_FILE", "/nonexistent", 1);
	cr_assert_eq(load(), 1);
	cr_assert_not_null(strstr(said, "set one of them"));
}

Test(env, required_text_may_come_from_a_file_but_not_be_empty, .init = clean)
{
	write_file("tcp://file\n", 11);
	setenv("ECHO_LISTEN_FILE", path, 1);
	cr_assert_eq(load(), 0, "%s", said);
	cr_assert_str_eq(listen_url, "tcp://file");
	unlink(path);
	write_file("\n", 1);
	setenv("ECHO_LISTEN_FILE", path, 1);
	cr_assert_eq(load(), 1);
	unlink(path);
}

Test(env, help_shows_everything_but_secrets, .init = clean)
{
	static char help[1 << 16];
	FILE *out = fmemopen(help, sizeof(help), "w");

	setenv("ECHO_LISTEN", "tcp://a", 1);
	setenv("ECHO_KEYS", "correct horse", 1);
	setenv("ECHO_WORKERS", "7", 1);
	cr_assert_eq(load(), 0, "%s", said);
	env_help(tables, COUNT(tables), out);
	fclose(out);
	for (const struct setting *row = common; row->name != NULL; row++) {
		cr_assert_not_null(strstr(help, row->name));
		cr_assert_not_null(strstr(help, row->about));
	}
	cr_assert_not_null(strstr(help, "ECHO_KEYS"));
	cr_assert_not_null(strstr(help, "(hidden)"));
	cr_assert_null(strstr(help, "correct horse"));
	cr_assert_not_null(strstr(help, "from 1 to 64; default \"2\"; "
					"in force: 7"));
	cr_assert_not_null(strstr(help, "required; in force: \"tcp://a\""));
	cr_assert_not_null(strstr(help, "one of: hold resend"));
}

Test(env, help_works_before_anything_is_set)
{
	static char help[1 << 16];
	FILE *out = fmemopen(help, sizeof(help), "w");

	env_help(tables, COUNT(tables), out);
	fclose(out);
	cr_assert_not_null(strstr(help, "in force: not set"));
}

Test(env, problems_never_show_a_secret, .init = clean)
{
	static const char *secret_mode;
	static const struct setting row[] = {
		{ .name = "ECHO_MODE", .value = &secret_mode,
		  .fallback = "a", .choices = "a b", .secret = true,
		  .about = "a secret choice" },
		{ 0 },
	};
	static const struct setting *const one[] = { row };
	FILE *out = fmemopen(said, sizeof(said), "w");

	setenv("ECHO_MODE", "hunter2", 1);
	cr_assert_eq(env_load(one, 1, out), 1);
	fclose(out);
	cr_assert_null(strstr(said, "hunter2"));
	cr_assert_not_null(strstr(said, "(hidden)"));
}
