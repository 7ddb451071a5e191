/* zoom: which column means what, and what a row must hold. */
#include <string.h>
#include <strings.h>

#include "services/common/base/text.h"
#include "services/scheduler/zoom/zoom.h"

#define PROBLEMS_MAX 5
#define QUOTE_BYTES 40
#define MINUTES_MAX 10080 /* a week */

enum what { NAME, EMAIL, JOINED, DEPARTED, MINUTES, WAITING, MEETING, WHATS };

/* Every heading seen, in lower case; others are not ours. */
static const struct {
	const char *heading;
	enum what what;
} headings[] = {
	{ "name (original name)", NAME },
	{ "name", NAME },
	{ "user name", NAME },
	{ "participant", NAME },
	{ "user email", EMAIL },
	{ "email", EMAIL },
	{ "email address", EMAIL },
	{ "join time", JOINED },
	{ "leave time", DEPARTED },
	{ "duration (minutes)", MINUTES },
	{ "total duration (minutes)", MINUTES },
	{ "duration(minutes)", MINUTES },
	{ "in waiting room", WAITING },
	{ "meeting id", MEETING },
};

struct reader {
	struct arena *arena;
	struct zoom_file file;
	struct text problems;
	int problem_count;
	int columns[WHATS];  /* -1: there is none */
	const struct zoom_record *heading;
	bool total;          /* a row sums a person's joins up */
	int day_first, month_first; /* dates that can be read only so */
};

/* line 7, Join Time: is no time ("soon") */
static void problem(struct reader *reader, const struct zoom_record *record,
		    enum what column, const char *what)
{
	int place = column < WHATS ? reader->columns[column] : -1;

	if (reader->problem_count++ >= PROBLEMS_MAX)
		return;
	text_printf(&reader->problems, "%sline %d",
		    reader->problem_count > 1 ? "; " : "", record->number);
	if (place >= 0)
		text_printf(&reader->problems, ", %s",
			    reader->heading->cells[place]);
	text_printf(&reader->problems, ": %s", what);
	if (place >= 0 && *record->cells[place])
		text_printf(&reader->problems, " (\"%.*s\")",
			    (int)zoom_cut(record->cells[place], QUOTE_BYTES),
			    record->cells[place]);
}

/* The first record with a column for names is the heading. */
static bool read_heading(struct reader *reader,
			 const struct zoom_record *record)
{
	reader->heading = record;
	for (int i = 0; i < WHATS; i++)
		reader->columns[i] = -1;
	for (int i = 0; i < ZOOM_COLUMNS_MAX; i++)
		for (size_t j = 0; j < sizeof(headings) / sizeof(*headings);
		     j++)
			if (!strcasecmp(record->cells[i], headings[j].heading))
				reader->columns[headings[j].what] = i;
	reader->total = reader->columns[JOINED] < 0 ||
			(reader->columns[MINUTES] >= 0 &&
			 !strncasecmp(record->cells[reader->columns[MINUTES]],
				      "total", 5));
	return reader->columns[NAME] >= 0;
}

static const char *cell(const struct reader *reader,
			const struct zoom_record *record, enum what what)
{
	int column = reader->columns[what];

	return column < 0 ? "" : record->cells[column];
}

static void read_meeting(struct reader *reader,
			 const struct zoom_record *record)
{
	struct text digits = text_new(reader->arena);

	for (const char *c = cell(reader, record, MEETING); *c; c++)
		if (*c >= '0' && *c <= '9')
			text_add_char(&digits, *c);
	if (digits.length)
		reader->file.meeting = digits.bytes;
}

static bool read_minutes(struct reader *reader,
			 const struct zoom_record *record,
			 struct zoom_row *row, bool needed)
{
	const char *given = cell(reader, record, MINUTES);
	int64_t minutes = 0;

	if (!*given && !needed)
		return true;
	if (!text_to_int64(given, &minutes) || minutes < 0 ||
	    minutes > MINUTES_MAX) {
		problem(reader, record, MINUTES, "is no number of minutes");
		return false;
	}
	row->minutes = (int)minutes;
	return true;
}

static bool read_time(struct reader *reader, const struct zoom_record *record,
		      enum what column, struct zoom_time *time)
{
	if (!zoom_read_time(cell(reader, record, column), time)) {
		problem(reader, record, column, "is no time");
		return false;
	}
	reader->day_first += time->slashes && time->month > 12;
	reader->month_first += time->slashes && time->day > 12;
	return true;
}

static void read_times(struct reader *reader, const struct zoom_record *record,
		       struct zoom_row *row, struct zoom_time times[2])
{
	bool departed = *cell(reader, record, DEPARTED);

	if (!read_minutes(reader, record, row, reader->total || !departed) ||
	    !read_time(reader, record, JOINED, &times[0]))
		return;
	if (departed)
		read_time(reader, record, DEPARTED, &times[1]);
	else
		/* Still there when the export was made. */
		times[1].hour = -1;
}

static bool settle_time(struct reader *reader, const struct zoom_record *record,
			enum what column, struct zoom_time *time)
{
	if (time->slashes && reader->day_first) {
		int day = time->month;

		time->month = time->day;
		time->day = day;
	}
	if (zoom_time_valid(time))
		return true;
	problem(reader, record, column, "there is no such day");
	return false;
}

/* All rows are read: now the order of the dates is known. */
static void settle_row(struct reader *reader, const struct zoom_record *record,
		       struct zoom_row *row, struct zoom_time times[2])
{
	bool still_there = times[1].hour < 0;

	if (still_there)
		times[1] = times[0];
	if (!settle_time(reader, record, JOINED, &times[0]) ||
	    !settle_time(reader, record, DEPARTED, &times[1]))
		return;
	if (still_there)
		zoom_add_seconds(&times[1], row->minutes * 60L);
	if (zoom_seconds(&times[0], &times[1]) < 0 ||
	    times[0].has_date != times[1].has_date) {
		problem(reader, record, DEPARTED, "is before the join time");
		return;
	}
	row->day_first = times[0].slashes && !reader->day_first &&
			 !reader->month_first;
	row->joined = zoom_time_text(reader->arena, &times[0]);
	row->departed = zoom_time_text(reader->arena, &times[1]);
}

static void check_person(struct reader *reader,
			 const struct zoom_record *record,
			 const struct zoom_row *row)
{
	static const enum what columns[] = { NAME, EMAIL };

	if (!*row->name && !*row->email)
		problem(reader, record, NAME, "neither name nor address");
	if (*row->email &&
	    (!strchr(row->email, '@') || strchr(row->email, ' ')))
		problem(reader, record, EMAIL, "is no address");
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (reader->columns[columns[i]] >= 0 &&
		    record->unfit[reader->columns[columns[i]]])
			problem(reader, record, columns[i],
				"is of several lines or too long");
}

static void read_row(struct reader *reader, const struct zoom_record *record,
		     struct zoom_row *row, struct zoom_time times[2])
{
	*row = (struct zoom_row){
		.number = record->number,
		.name = cell(reader, record, NAME),
		.email = cell(reader, record, EMAIL),
		.joined = "", .departed = "",
		.ignore = strcasecmp(cell(reader, record, WAITING), "yes")
				  ? "" : "waiting_room",
		.phone = zoom_is_phone(cell(reader, record, NAME)),
	};
	check_person(reader, record, row);
	read_meeting(reader, record);
	zoom_read_names(reader->arena, row);
	if (reader->columns[JOINED] >= 0)
		read_times(reader, record, row, times);
	else
		read_minutes(reader, record, row, true);
}

static void read_rows(struct reader *reader, const struct zoom_record *records,
		      size_t count)
{
	struct zoom_row *rows =
		arena_array(reader->arena, count + 1, sizeof(*rows));
	struct zoom_time(*times)[2] =
		arena_array(reader->arena, count + 1, sizeof(*times));
	bool times_told = reader->columns[JOINED] >= 0;

	for (size_t i = 0; i < count; i++)
		read_row(reader, &records[i], &rows[i], times[i]);
	if (reader->day_first && reader->month_first)
		problem(reader, &records[0], WHATS,
			"some dates can only be read day first, others only "
			"month first");
	if (reader->problem_count)
		times_told = false;
	for (size_t i = 0; times_told && i < count; i++)
		settle_row(reader, &records[i], &rows[i], times[i]);
	reader->file.layout = reader->total ? "summary" : "detail";
	reader->file.rows = rows;
	reader->file.count = count;
}

/* Before the heading, a record of headings and one of values may tell about
 * the meeting. */
static size_t skip_preamble(struct reader *reader,
			    const struct zoom_records *records)
{
	for (size_t i = 0; i < records->count; i++) {
		if (read_heading(reader, &records->list[i]))
			return i;
		if (i + 1 < records->count)
			read_meeting(reader, &records->list[i + 1]);
	}
	return records->count;
}

static void read_file(struct reader *reader, const struct zoom_records *records)
{
	size_t heading = skip_preamble(reader, records);

	if (heading == records->count)
		text_add(&reader->problems,
			 "no heading like \"Name (Original Name)\" was found: "
			 "is this a participants' export?");
	else if (reader->columns[JOINED] < 0 && reader->columns[MINUTES] < 0)
		problem(reader, reader->heading, WHATS,
			"neither \"Join Time\" nor \"Total Duration "
			"(Minutes)\" is among the columns");
	else
		read_rows(reader, records->list + heading + 1,
			  records->count - heading - 1);
	if (reader->problem_count > PROBLEMS_MAX)
		text_printf(&reader->problems, "; and %d more",
			    reader->problem_count - PROBLEMS_MAX);
}

struct zoom_file zoom_read(struct arena *arena, const void *bytes,
			   size_t length)
{
	struct reader reader = { .arena = arena,
				 .problems = text_new(arena),
				 .file.meeting = "" };
	struct zoom_records records;

	if (length > ZOOM_BYTES_MAX) {
		reader.file.problem = "the file is larger than 3 MiB";
		return reader.file;
	}
	records = zoom_read_csv(arena, bytes, length);
	if (records.problem) {
		reader.file.problem = records.problem;
		return reader.file;
	}
	read_file(&reader, &records);
	if (reader.problems.length)
		reader.file.problem = reader.problems.bytes;
	return reader.file;
}
