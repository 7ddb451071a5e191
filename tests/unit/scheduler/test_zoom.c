/* zoom: every layout that exports were seen in, and what is none. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/base/text.h"
#include "services/scheduler/zoom/zoom.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define DETAIL "Name (Original Name),User Email,Join Time,Leave Time," \
	       "Duration (Minutes),Guest\n"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new(4096);
}

static void teardown(void)
{
	arena_free(arena);
}

TestSuite(zoom, .init = setup, .fini = teardown);

static struct zoom_file read_text(const char *text)
{
	return zoom_read(arena, text, strlen(text));
}

static const struct zoom_row *only_row(const char *text)
{
	struct zoom_file file = read_text(text);

	cr_assert_null(file.problem, "%s", file.problem);
	cr_assert_eq(file.count, 1);
	return file.rows;
}

static void expect_problem(const char *text, const char *wanted)
{
	struct zoom_file file = read_text(text);

	cr_assert_not_null(file.problem, "nothing is wrong with %s", text);
	cr_assert_not_null(strstr(file.problem, wanted), "%s is not in: %s",
			   wanted, file.problem);
	cr_assert(text_is_utf8(file.problem, strlen(file.problem)));
}

/* ---- layouts ---- */

Test(zoom, a_preamble_stands_before_the_rows)
{
	struct zoom_file file = read_text(
		"\xef\xbb\xbfMeeting ID,Topic,Start Time,End Time,User Email,"
		"Duration (Minutes),Participants,\r\n"
		"812 3456 7890,\"Pain, part 1\",04/09/2021 10:40:00 AM,"
		"04/09/2021 12:45:00 PM,host@example.org,125,2,\r\n\r\n"
		"Name (Original Name),User Email,Join Time,Leave Time,"
		"Duration (Minutes),Guest\r\n"
		"Ann Smith,ann@example.org,04/09/2021 10:50:00 AM,"
		"04/09/2021 12:30:00 PM,100,No\r\n"
		"Bob,,04/09/2021 12:00:00 AM,04/09/2021 12:30:01 PM,31,"
		"Yes\r\n");

	cr_assert_null(file.problem, "%s", file.problem);
	cr_assert_str_eq(file.layout, "detail");
	cr_assert_str_eq(file.meeting, "81234567890");
	cr_assert_eq(file.count, 2);
	cr_assert_eq(file.rows[0].number, 5);
	cr_assert_str_eq(file.rows[0].email, "ann@example.org");
	cr_assert_str_eq(file.rows[0].joined, "2021-04-09T10:50:00");
	cr_assert_str_eq(file.rows[0].departed, "2021-04-09T12:30:00");
	cr_assert(file.rows[0].day_first);
	cr_assert_str_eq(file.rows[1].joined, "2021-04-09T00:00:00");
	cr_assert_str_eq(file.rows[1].departed, "2021-04-09T12:30:01");
	cr_assert_str_eq(file.rows[1].email, "");
	cr_assert_eq(file.rows[1].minutes, 31);
}

Test(zoom, a_summary_has_minutes_only)
{
	struct zoom_file file = read_text(
		"Name (original name),User Email,Total Duration (Minutes),"
		"Guest\nAnn Smith,,124,No\n");

	cr_assert_null(file.problem, "%s", file.problem);
	cr_assert_str_eq(file.layout, "summary");
	cr_assert_eq(file.rows[0].minutes, 124);
	cr_assert_str_eq(file.rows[0].joined, "");
	cr_assert_str_eq(file.rows[0].departed, "");
	file = read_text("Name,Total Duration (Minutes),Join Time,Leave Time\n"
			 "Ann Smith,50,11:00,12:30\n");
	cr_assert_null(file.problem, "%s", file.problem);
	cr_assert_str_eq(file.layout, "summary");
	cr_assert_eq(file.rows[0].minutes, 50);
	cr_assert_str_eq(file.rows[0].joined, "11:00:00");
}

Test(zoom, topic_and_meeting_may_stand_before_each_row)
{
	struct zoom_file file = read_text(
		"Topic,Meeting ID,Name (Original Name),User Email,Join Time,"
		"Leave Time,Duration (Minutes)\n"
		"Pain,99010636293,Ann Smith,,2021-06-18 10:23:26,"
		"2021-06-18 11:23:26,60\n");

	cr_assert_null(file.problem, "%s", file.problem);
	cr_assert_str_eq(file.meeting, "99010636293");
	cr_assert_str_eq(file.rows[0].joined, "2021-06-18T10:23:26");
	cr_assert_not(file.rows[0].day_first);
}

Test(zoom, columns_may_stand_anywhere_and_others_do_not_matter)
{
	const struct zoom_row *row = only_row(
		"Guest,Recording Consent,Leave time,Join time,Email,"
		"Name (ORIGINAL NAME),In Waiting Room\n"
		"No,Y,11:15,10:05,ann@example.org,Ann Smith,Yes\n");

	cr_assert_str_eq(row->joined, "10:05:00");
	cr_assert_str_eq(row->departed, "11:15:00");
	cr_assert_str_eq(row->ignore, "waiting_room");
}

Test(zoom, semicolons_and_tabs_separate_too)
{
	cr_assert_str_eq(only_row("Name;User Email;Total Duration (Minutes)\n"
				  "Smith, Ann;a@example.org;5\n")->name,
			 "Smith, Ann");
	cr_assert_eq(only_row("Name\tUser Email\tTotal Duration (Minutes)\n"
			      "Ann\ta@example.org\t5\n")->minutes, 5);
}

Test(zoom, nobody_is_an_answer)
{
	struct zoom_file file = read_text(DETAIL "\n,,,,,\n");

	cr_assert_null(file.problem, "%s", file.problem);
	cr_assert_eq(file.count, 0);
}

Test(zoom, who_is_still_there_leaves_after_the_duration)
{
	const struct zoom_row *row =
		only_row(DETAIL "Ann,,2021-12-31 23:30:00,,45,No\n");

	cr_assert_str_eq(row->departed, "2022-01-01T00:15:00");
}

/* ---- times ---- */

Test(zoom, times_are_read_in_every_form)
{
	static const struct {
		const char *text, *read;
	} times[] = {
		{ "01/21/2021 08:58:30 PM", "2021-01-21T20:58:30" },
		{ "01/21/2021 12:00:00 AM", "2021-01-21T00:00:00" },
		{ "1/21/2021 8:58", "2021-01-21T08:58:00" },
		{ "01/21/2021 20:58:30", "2021-01-21T20:58:30" },
		{ "2021-01-21 20:58:30", "2021-01-21T20:58:30" },
		{ "2021-01-21T20:58:30Z", "2021-01-21T20:58:30Z" },
		{ "2021-01-21T20:58:30.125+0100",
		  "2021-01-21T20:58:30+01:00" },
		{ "21.01.2021 20:58", "2021-01-21T20:58:00" },
		{ "Jan 21, 2021 08:58 PM", "2021-01-21T20:58:00" },
		{ "Feb 29, 2020 08:58 am", "2020-02-29T08:58:00" },
		{ "18:14", "18:14:00" },
		{ "06:14 PM", "18:14:00" },
		{ "0:05:09", "00:05:09" },
	};

	for (size_t i = 0; i < COUNT(times); i++) {
		struct zoom_time time;

		cr_assert(zoom_read_time(times[i].text, &time), "%s",
			  times[i].text);
		cr_assert_str_eq(zoom_time_text(arena, &time), times[i].read);
	}
}

Test(zoom, what_is_no_time_is_refused)
{
	static const char *const times[] = {
		"", "soon", "2021-02-30 10:00:00", "2021-01-21", "24:00",
		"10:60", "10:00:60", "13:00 PM", "0:30 AM", "1000",
		"2021-01-21 10:00:00 +25:00", "2021-01-21x10:00:00",
		"10:00Z", "Foo 21, 2021 10:00", "21/01/21 10:00",
		"2021-01-21 10:00:00 extra", "99999999999:00", "-1:00",
		"2021-00-10 10:00", "1.1.2021", "\xff\xff:\xff",
	};

	for (size_t i = 0; i < COUNT(times); i++) {
		struct zoom_time time;

		cr_assert_not(zoom_read_time(times[i], &time), "%s", times[i]);
	}
}

Test(zoom, a_file_decides_the_order_of_its_dates)
{
	struct zoom_file file = read_text(
		DETAIL "Ann,,09/04/2021 11:00,09/04/2021 12:00,60,No\n"
		       "Bob,,23/04/2021 11:00,23/04/2021 12:00,60,No\n");

	cr_assert_null(file.problem, "%s", file.problem);
	cr_assert_str_eq(file.rows[0].joined, "2021-04-09T11:00:00");
	cr_assert_not(file.rows[0].day_first);
	expect_problem(DETAIL "Ann,,04/23/2021 11:00,04/23/2021 12:00,60,No\n"
			      "Bob,,23/04/2021 11:00,23/04/2021 12:00,60,No\n",
		       "day first");
	expect_problem(DETAIL "Ann,,13/45/2021 11:00,13/45/2021 12:00,60,No\n",
		       "dates");
}

Test(zoom, a_bare_time_may_pass_midnight_a_date_may_not)
{
	cr_assert_str_eq(only_row(DETAIL "Ann,,23:30,00:30,60,No\n")->departed,
			 "00:30:00");
	expect_problem(DETAIL "Ann,,2021-04-09 11:00:00,2021-04-09 10:59:59,1,"
			      "No\n", "line 2, Leave Time: is before");
	expect_problem(DETAIL "Ann,,2021-04-09 11:00:00,12:00,60,No\n",
		       "before");
}

/* ---- names ---- */

Test(zoom, names_are_found_in_what_people_write)
{
	static const struct {
		const char *shown, *names[3];
	} shown[] = {
		{ "Ann Smith", { "Ann Smith" } },
		{ "Ann S (she/her) - Ward 4", { "Ann S" } },
		{ "Annie (Ann Smith)", { "Ann Smith" } },
		{ "Ann B [Ann Smith]", { "Ann Smith", "Ann B" } },
		{ "Smith, Ann", { "Ann Smith" } },
		{ "Ann Smith, RN", { "Ann Smith", "RN Ann Smith" } },
		{ "Siân Évans | Tŷ Hafan", { "Siân Évans" } },
		{ "Ann Smith-Jones", { "Ann Smith-Jones" } },
		{ "Ann Smith - St Ann's - Ward 4", { "Ann Smith" } },
		{ "iPhone", { 0 } },
		{ "((((", { 0 } },
		{ "(", { 0 } },
		{ ") (", { 0 } },
		{ ",", { 0 } },
		{ "", { 0 } },
	};

	for (size_t i = 0; i < COUNT(shown); i++) {
		struct zoom_row row = { .name = shown[i].shown };
		size_t wanted = 0;

		zoom_read_names(arena, &row);
		for (; shown[i].names[wanted]; wanted++)
			cr_assert(wanted < row.name_count &&
				  !strcmp(row.names[wanted],
					  shown[i].names[wanted]),
				  "%s", shown[i].shown);
		cr_assert_eq(row.name_count, wanted, "%s", shown[i].shown);
	}
}

Test(zoom, no_more_names_than_there_is_room_for)
{
	struct zoom_row row = { .name = "(a b)(c d)(e f)(g h)(i j)(k l)" };

	zoom_read_names(arena, &row);
	cr_assert_eq(row.name_count, ZOOM_NAMES_MAX);
}

Test(zoom, a_number_is_a_phone)
{
	cr_assert(zoom_is_phone("447700900123"));
	cr_assert(zoom_is_phone("+44 7700 9***23"));
	cr_assert(zoom_is_phone("Call-In User_1"));
	cr_assert_not(zoom_is_phone("Ann 12345"));
	cr_assert_not(zoom_is_phone("Ł12345"));
	cr_assert_not(zoom_is_phone("1234"));
	cr_assert_not(zoom_is_phone(""));
}

/* ---- what is none ---- */

Test(zoom, problems_name_line_and_column)
{
	expect_problem("", "participants' export");
	expect_problem("a,b\n1,2\n", "participants' export");
	expect_problem("Name (Original Name),User Email\nAnn,\n",
		       "Total Duration");
	expect_problem(DETAIL "Ann,,soon,11:00,60,No\n",
		       "line 2, Join Time: is no time (\"soon\")");
	expect_problem(DETAIL "\n\nAnn,,10:00,later,60,No\n",
		       "line 4, Leave Time");
	expect_problem(DETAIL "Ann,,10:00,,no,No\n",
		       "line 2, Duration (Minutes)");
	expect_problem(DETAIL ",,10:00,11:00,60,No\n",
		       "line 2, Name (Original Name): neither");
	expect_problem(DETAIL "Ann,not an address,10:00,11:00,60,No\n",
		       "line 2, User Email");
	expect_problem(DETAIL "\"Ann\r\nSmith\",,10:00,11:00,60,No\n",
		       "line 3, Name (Original Name): is of several lines");
	expect_problem(DETAIL "\"Ann,,10:00,11:00,60,No\n", "several lines");
	expect_problem("\xff\xfe" "N\0a\0m\0e\0", "UTF-8");
	expect_problem(DETAIL "An\xe9,,10:00,11:00,60,No\n", "line 2");
}

Test(zoom, a_problem_quotes_little)
{
	struct text text = text_new(arena);
	struct zoom_file file;

	text_add(&text, DETAIL "Ann,,");
	for (int i = 0; i < 100; i++)
		text_add(&text, "é");
	text_add(&text, ",10:00,60,No\n");
	file = read_text(text.bytes);
	cr_assert_not_null(file.problem);
	cr_assert_lt(strlen(file.problem), 120);
	cr_assert(text_is_utf8(file.problem, strlen(file.problem)));
}

Test(zoom, only_the_first_problems_are_told)
{
	struct text text = text_new(arena);
	struct zoom_file file;

	text_add(&text, DETAIL);
	for (int i = 0; i < 100; i++)
		text_add(&text, "Ann,,x,y,60,No\n");
	file = read_text(text.bytes);
	cr_assert_not_null(strstr(file.problem, "; and 95 more"));
}

Test(zoom, there_is_an_end_to_rows_columns_and_bytes)
{
	struct text text = text_new(arena);

	text_add(&text, DETAIL);
	for (int i = 0; i < ZOOM_ROWS_MAX; i++)
		text_printf(&text, "Ann %d,,10:00,11:00,60,No\n", i);
	cr_assert_eq(read_text(text.bytes).count, ZOOM_ROWS_MAX);
	text_add(&text, "One more,,10:00,11:00,60,No\n");
	expect_problem(text.bytes, "at most 5,000 rows");
	text = text_new(arena);
	text_add(&text, DETAIL "Ann,,10:00,11:00,60,No");
	for (int i = 0; i < 10000; i++)
		text_add(&text, ",x");
	text_add(&text, "\n");
	cr_assert_eq(read_text(text.bytes).count, 1);
	cr_assert_not_null(zoom_read(arena, "", ZOOM_BYTES_MAX + 1).problem);
}

/* ---- whole files ---- */

static struct zoom_file read_path(const char *folder, const char *name)
{
	FILE *file = fopen(arena_printf(arena, "%s%s", folder, name), "r");
	char *bytes = arena_alloc(arena, 1 << 20);
	size_t length;

	cr_assert_not_null(file, "%s%s", folder, name);
	length = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return zoom_read(arena, bytes, length);
}

Test(zoom, the_demonstration_is_read)
{
	DIR *folder = opendir(DEMO);
	int files = 0;

	cr_assert_not_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));) {
		struct zoom_file file;

		if (!strstr(entry->d_name, ".csv") ||
		    !strcmp(entry->d_name, "index.csv"))
			continue;
		file = read_path(DEMO, entry->d_name);
		cr_assert_null(file.problem, "%s: %s", entry->d_name,
			       file.problem);
		cr_assert_gt(file.count, 10, "%s", entry->d_name);
		files++;
	}
	closedir(folder);
	cr_assert_gt(files, 10);
}

Test(zoom, evil_files_are_refused_and_odd_ones_read)
{
	static const struct {
		const char *name, *problem;
	} files[] = {
		{ "zoom-bad-values.csv", "Duration" },
		{ "zoom-truncated.csv", "line 3, Leave Time" },
		{ "zoom-unknown-header.csv", "participants' export" },
		{ "zoom-preamble-only.csv", "participants' export" },
		{ "zoom-utf16.csv", "UTF-8" },
		{ "members-nul.csv", "UTF-8" },
		{ "members-zip.csv", "UTF-8" },
		{ "zoom-header-only.csv", NULL },
		{ "zoom-odd-names.csv", NULL },
		{ "zoom-duplicates.csv", NULL },
		{ "zoom-shared-mailbox.csv", NULL },
		{ "zoom-tabs.csv", NULL },
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		struct zoom_file file = read_path(EVIL, files[i].name);

		cr_assert_eq(!file.problem, !files[i].problem, "%s: %s",
			     files[i].name, file.problem);
		if (files[i].problem)
			cr_assert_not_null(strstr(file.problem,
						  files[i].problem),
					   "%s: %s", files[i].name,
					   file.problem);
	}
}

/* Whatever is cut off or altered: no row, or rows, but never a crash. */
Test(zoom, any_bytes_are_survived)
{
	static const char whole[] =
		"\xef\xbb\xbf" DETAIL
		"\"Ann S (she/her), \"\"x\"\"\",a@example.org,"
		"04/09/2021 10:50:00 AM,04/09/2021 12:30:00 PM,100,No\r\n";
	unsigned random = 1;

	for (size_t length = 0; length < sizeof(whole); length++)
		zoom_read(arena, whole, length);
	for (int i = 0; i < 3000; i++) {
		char bytes[sizeof(whole)];

		memcpy(bytes, whole, sizeof(whole));
		for (int j = 0; j < 3; j++) {
			random = random * 1103515245 + 12345;
			bytes[(random >> 8) % sizeof(whole)] =
				(char)(random >> 24);
		}
		zoom_read(arena, bytes, sizeof(whole) - 1);
		arena_reset(arena);
	}
}
