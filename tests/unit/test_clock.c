/* clock: the calendar from year 1 to 9999, and where the domain's time is
 * from. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "services/common/base/clock.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

Test(clock, formats_and_parses_the_same)
{
	static const struct {
		int64_t at_us;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1, "1970-01-01T00:00:00.000001Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ -1000000, "1969-12-31T23:59:59Z" },
		{ 1617962400000000, "2021-04-09T10:00:00Z" },
		{ 1617962400123456, "2021-04-09T10:00:00.123456Z" },
		{ 1617962400120000, "2021-04-09T10:00:00.120000Z" },
		{ 951782400000000, "2000-02-29T00:00:00Z" },
		{ 951868800000000, "2000-03-01T00:00:00Z" },
		{ 1709164800000000, "2024-02-29T00:00:00Z" },
		{ 4107456000000000, "2100-02-28T00:00:00Z" },
		{ 4107542400000000, "2100-03-01T00:00:00Z" },
		{ 253402300799999999, "9999-12-31T23:59:59.999999Z" },
		{ -62135596800000000, "0001-01-01T00:00:00Z" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[CLOCK_TEXT_MAX];
		int64_t at_us = 4711;

		clock_format(rows[i].at_us, text);
		cr_expect_str_eq(text, rows[i].text);
		cr_expect(clock_parse(rows[i].text, &at_us), "%s",
			  rows[i].text);
		cr_expect_eq(at_us, rows[i].at_us, "%s", rows[i].text);
	}
}

/* Every day of 10,000 years, against the C library's calendar. */
Test(clock, agrees_with_the_library_on_every_day)
{
	for (int64_t day = -719162; day <= 2932896; day++) {
		time_t seconds = (time_t)(day * 86400);
		char text[CLOCK_TEXT_MAX], wanted[CLOCK_TEXT_MAX];
		struct tm date;
		int64_t at_us;

		gmtime_r(&seconds, &date);
		snprintf(wanted, sizeof(wanted), "%04d-%02d-%02dT00:00:00Z",
			 date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
		clock_format(day * 86400 * CLOCK_SECOND, text);
		cr_assert_str_eq(text, wanted);
		cr_assert(clock_parse(text, &at_us));
		cr_assert_eq(at_us, day * 86400 * CLOCK_SECOND);
	}
}

Test(clock, shows_what_lies_beyond_as_the_nearest)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(INT64_MAX, text);
	cr_expect_str_eq(text, "9999-12-31T23:59:59.999999Z");
	clock_format(INT64_MIN, text);
	cr_expect_str_eq(text, "0001-01-01T00:00:00Z");
}

Test(clock, accepts_offsets_and_postgresql)
{
	static const struct {
		const char *text, *same_as;
	} rows[] = {
		{ "2021-04-09T11:00:00+01:00", "2021-04-09T10:00:00Z" },
		{ "2021-04-09 11:00:00+01", "2021-04-09T10:00:00Z" },
		{ "2021-04-09t10:00:00z", "2021-04-09T10:00:00Z" },
		{ "2021-04-09 10:00:00.5+00", "2021-04-09T10:00:00.500000Z" },
		{ "2021-04-09T04:30:00-05:30", "2021-04-09T10:00:00Z" },
		{ "2021-12-31T23:30:00-01:00", "2022-01-01T00:30:00Z" },
		{ "1847-01-01 00:00:00-00:01:15", "1847-01-01T00:01:15Z" },
		{ "2021-04-09T10:00:00-00:00", "2021-04-09T10:00:00Z" },
		{ "2021-04-09T10:00:00.123456789Z",
		  "2021-04-09T10:00:00.123456Z" },
		{ "2021-04-09T10:00:00.0000009Z", "2021-04-09T10:00:00Z" },
		{ "0001-01-01T01:00:00+01:00", "0001-01-01T00:00:00Z" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[CLOCK_TEXT_MAX];
		int64_t at_us = 0;

		cr_expect(clock_parse(rows[i].text, &at_us), "%s",
			  rows[i].text);
		clock_format(at_us, text);
		cr_expect_str_eq(text, rows[i].same_as);
	}
}

Test(clock, refuses_what_is_no_moment)
{
	static const char *const rows[] = {
		"", "x", "2021", "2021-04-09", "2021-04-09T10:00:00",
		"2021-04-09T10:00Z", "2021-04-09T10:00:00 Z",
		" 2021-04-09T10:00:00Z", "2021-04-09T10:00:00Z ",
		"2021-04-09T10:00:00ZZ", "2021-04-09T24:00:00Z",
		"2021-04-09T10:60:00Z", "2021-04-09T10:00:60Z",
		"2021-00-09T10:00:00Z", "2021-13-09T10:00:00Z",
		"2021-04-00T10:00:00Z", "2021-04-31T10:00:00Z",
		"2021-02-29T10:00:00Z", "1900-02-29T10:00:00Z",
		"2100-02-29T10:00:00Z", "2000-02-30T10:00:00Z",
		"0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
		"-001-01-01T00:00:00Z", "2021-4-9T10:00:00Z",
		"2021/04/09T10:00:00Z", "2021-04-09T10:00:00.Z",
		"2021-04-09T10:00:00.1234567890Z",
		"2021-04-09T10:00:00,5Z", "2021-04-09T10:00:00+1",
		"2021-04-09T10:00:00+24:00", "2021-04-09T10:00:00+01:60",
		"2021-04-09T10:00:00+01:", "2021-04-09T10:00:00+0100",
		"2021-04-09T10:00:00+", "0001-01-01T00:59:59+01:00",
		"9999-12-31T23:30:00-01:00", "infinity", "-infinity",
		"0044-03-15 00:00:00+00 BC", "2021-04-09\n10:00:00Z",
		"+021-04-09T10:00:00Z", "2021-+4-09T10:00:00Z",
		"\xd9\xa2\xd9\xa0-04-09T10:00:00Z",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t at_us = 4711;

		cr_expect_not(clock_parse(rows[i], &at_us), "%s", rows[i]);
		cr_expect_eq(at_us, 4711, "%s", rows[i]);
	}
}

Test(clock, time_zone_of_the_process_does_not_matter)
{
	char text[CLOCK_TEXT_MAX];

	setenv("TZ", "America/New_York", 1);
	tzset();
	clock_format(1617962400000000, text);
	cr_expect_str_eq(text, "2021-04-09T10:00:00Z");
}

static bool is_wall(int64_t at_us)
{
	int64_t away_us = clock_wall() - at_us;

	return away_us >= 0 && away_us < 5 * CLOCK_SECOND;
}

Test(clock, can_be_set_and_runs_again)
{
	int64_t before_us = clock_monotonic();

	cr_expect(is_wall(clock_now()));
	clock_set(1617962400000000);
	cr_expect_eq(clock_now(), 1617962400000000);
	cr_expect(is_wall(clock_wall()));
	cr_expect_gt(clock_wall(), 1617962400000000);
	clock_set(0);
	cr_expect(is_wall(clock_now()));
	cr_expect_geq(clock_monotonic(), before_us);
}

static char path[] = "/tmp/test_clock_XXXXXX";

static void make_file(void)
{
	close(mkstemp(path));
}

static void remove_file(void)
{
	unlink(path);
}

static void write_time(const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

Test(clock, follows_a_file, .init = make_file, .fini = remove_file)
{
	clock_follow_file(path);
	cr_expect(is_wall(clock_now()), "empty: no time yet");
	write_time("2021-04-09T10:00:00Z\n");
	cr_expect_eq(clock_now(), 1617962400000000);
	write_time("2021-04-09T11:00:00.5+01:00");
	cr_expect_eq(clock_now(), 1617962400500000);
	write_time("2021-04-09T10:00:01Z\r\nmore\n");
	cr_expect_eq(clock_now(), 1617962401000000);
	clock_set(5);
	cr_expect_eq(clock_now(), 5, "what is set goes before");
	clock_set(0);
	cr_expect_eq(clock_now(), 1617962401000000);
	clock_follow_file("");
	cr_expect(is_wall(clock_now()));
}

Test(clock, half_written_file_does_not_jump, .init = make_file,
     .fini = remove_file)
{
	static const char *const rows[] = {
		"", "2021-04-09T1", "nonsense", "\n",
		"2021-04-09T10:00:00Z and a long text that is no time at all",
	};

	clock_follow_file(path);
	write_time("2021-04-09T10:00:00Z\n");
	cr_expect_eq(clock_now(), 1617962400000000);
	for (size_t i = 0; i < COUNT(rows); i++) {
		write_time(rows[i]);
		cr_expect_eq(clock_now(), 1617962400000000, "%s", rows[i]);
	}
	unlink(path);
	cr_expect(is_wall(clock_now()), "gone: the wall clock");
	clock_follow_file(NULL);
}

Test(clock, missing_file_is_the_wall_clock)
{
	clock_follow_file("/nonexistent/clock");
	cr_expect(is_wall(clock_now()));
	clock_follow_file(NULL);
}
