/* log: what arrives on standard error, byte for byte. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "services/common/base/log.h"
#include "services/common/base/text.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int captured;

/* Standard error goes to an unlinked file, opened for appending. */
static void capture(void)
{
	char path[] = "/tmp/test_log_XXXXXX";

	captured = mkostemp(path, O_APPEND);
	cr_assert_geq(captured, 0);
	unlink(path);
	cr_assert_geq(dup2(captured, STDERR_FILENO), 0);
}

static const char *captured_text(void)
{
	static char text[1 << 20];
	ssize_t length = pread(captured, text, sizeof(text) - 1, 0);

	cr_assert_geq(length, 0);
	text[length] = '\0';
	return text;
}

/* Behind "ts=...". */
static const char *after_time(const char *line)
{
	const char *space = strchr(line, ' ');

	cr_assert_not_null(space);
	return space + 1;
}

Test(log, line_has_time_level_service_message_and_pairs, .init = capture)
{
	static const char pattern[] =
		"^ts=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
		"\\.[0-9]{3}Z level=info svc=registry msg=ready port=7101 "
		"empty=\"\" none=\"\"\n$";
	regex_t regex;

	log_open("registry", "info");
	log_line(LOG_INFO, "ready", "port", log_int(7101), "empty", "", "none",
		 NULL, NULL);
	cr_assert_eq(regcomp(&regex, pattern, REG_EXTENDED), 0);
	cr_assert_eq(regexec(&regex, captured_text(), 0, NULL, 0), 0, "%s",
		     captured_text());
	regfree(&regex);
}

Test(log, quotes_and_escapes, .init = capture)
{
	static const struct {
		const char *value, *printed;
	} rows[] = {
		{ "plain", "plain" },
		{ "tcp://127.0.0.1:7101", "tcp://127.0.0.1:7101" },
		{ "two words", "\"two words\"" },
		{ "a=b", "\"a=b\"" },
		{ "say \"hi\"", "\"say \\\"hi\\\"\"" },
		{ "back\\slash", "\"back\\\\slash\"" },
		{ "x\nts=1 level=error msg=forged",
		  "\"x\\nts=1 level=error msg=forged\"" },
		{ "\r\n\t", "\"\\r\\n\\t\"" },
		{ "\x1b[31m\x7f\x01", "\"\\x1b[31m\\x7f\\x01\"" },
		{ "Caf\xc3\xa9", "\"Caf\xc3\xa9\"" },
		{ "Caf\xe9", "\"Caf\\xe9\"" },
		{ "next\xc2\x85line", "\"next\\xc2\\x85line\"" },
		{ "\xc2\xa0", "\"\xc2\xa0\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
		{ "", "\"\"" },
	};
	struct arena *arena = arena_new(4096);
	struct text wanted = text_new(arena);
	const char *line;

	log_open("test", "debug");
	for (size_t i = 0; i < COUNT(rows); i++)
		log_line(LOG_DEBUG, "m", "v", rows[i].value, NULL);
	line = captured_text();
	for (size_t i = 0; i < COUNT(rows); i++) {
		wanted.length = 0;
		text_printf(&wanted, "level=debug svc=test msg=m v=%s\n",
			    rows[i].printed);
		line = after_time(line);
		cr_assert_eq(strncmp(line, wanted.bytes, wanted.length), 0,
			     "row %zu: %s", i, line);
		line += wanted.length;
	}
	cr_assert_str_eq(line, "");
	arena_free(arena);
}

Test(log, message_cannot_forge_a_line_either, .init = capture)
{
	log_open("test", "info");
	log_line(LOG_ERROR, "a\nb", NULL);
	cr_assert_str_eq(after_time(captured_text()),
			 "level=error svc=test msg=\"a\\nb\"\n");
}

Test(log, keeps_below_the_level_out, .init = capture)
{
	log_open("test", "warn");
	log_line(LOG_DEBUG, "no", NULL);
	log_line(LOG_INFO, "no", NULL);
	cr_assert_str_eq(captured_text(), "");
	log_line(LOG_WARN, "yes", NULL);
	log_line(LOG_ERROR, "yes", NULL);
	cr_assert_not_null(strstr(captured_text(), "level=warn"));
	cr_assert_not_null(strstr(captured_text(), "level=error"));
	cr_assert_null(strstr(captured_text(), "no"));
}

Test(log, unknown_level_name_means_info, .init = capture)
{
	log_open("test", "loud");
	log_line(LOG_DEBUG, "no", NULL);
	log_line(LOG_INFO, "yes", NULL);
	cr_assert_null(strstr(captured_text(), "no"));
	cr_assert_not_null(strstr(captured_text(), "msg=yes"));
}

/* Around the limit, with values that need escapes and quotes or do not. */
Test(log, overlong_line_is_cut_and_says_so, .init = capture)
{
	static const char *const fillers[] = { "a", "\n", "\xc3\xa9", " " };
	static char value[6000];

	log_open("test", "info");
	for (size_t f = 0; f < COUNT(fillers); f++) {
		size_t unit = strlen(fillers[f]);

		for (size_t length = 3900; length < 4200; length++) {
			const char *text;

			for (size_t i = 0; i < length; i++)
				value[i] = fillers[f][i % unit];
			value[length] = '\0';
			cr_assert_eq(ftruncate(captured, 0), 0);
			log_line(LOG_INFO, "m", "before", "kept", "v", value,
				 "after", "x", NULL);
			text = captured_text();
			cr_assert_leq(strlen(text), PIPE_BUF);
			cr_assert_eq(strchr(text, '\n'),
				     text + strlen(text) - 1);
			cr_assert_not_null(strstr(text, " before=kept"));
			if (strstr(text, " after=x\n") == NULL)
				cr_assert_not_null(
					strstr(text, " truncated=true\n"));
		}
	}
	cr_assert_not_null(strstr(captured_text(), " truncated=true\n"));
}

Test(log, numbers_live_for_sixteen_calls)
{
	const char *numbers[16];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 16; i++)
			numbers[i] = log_int(i - 8);
		for (int i = 0; i < 16; i++)
			cr_assert_eq(atoi(numbers[i]), i - 8);
	}
	cr_assert_str_eq(log_int(INT64_MIN), "-9223372036854775808");
	cr_assert_str_eq(log_int(INT64_MAX), "9223372036854775807");
}

Test(log, fatal_logs_and_leaves, .exit_code = 1)
{
	log_open("test", "error");
	log_fatal("no such table", "table", "hub", NULL);
}

static void *log_much(void *name)
{
	for (int i = 0; i < 500; i++)
		log_line(LOG_INFO, "busy", "thread", (const char *)name,
			 "number", log_int(i), NULL);
	return NULL;
}

Test(log, lines_of_threads_stay_whole, .init = capture)
{
	static char names[4][40] = { "aaaa", "bbbb", "cccc", "dddd" };
	pthread_t threads[4];
	const char *line;
	int lines = 0;

	log_open("test", "info");
	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, log_much,
					    names[i]),
			     0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (line = captured_text(); *line != '\0'; lines++) {
		const char *end = strchr(line, '\n');

		cr_assert_not_null(end);
		cr_assert_eq(strncmp(line, "ts=", 3), 0);
		cr_assert_eq(strncmp(after_time(line),
				     "level=info svc=test msg=busy thread=",
				     36),
			     0);
		line = end + 1;
	}
	cr_assert_eq(lines, 2000);
}
