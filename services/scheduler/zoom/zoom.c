/* zoom: which column means what, and what a row must hold. */
#include <string.h>
#include <strings.h>

#include "services/common/base/text.h"
#include "services/scheduler/zoom/zoom.h"

#define PROBLEMS_MAX 5

enum what { NAME, EMAIL, JOINED, DEPARTED, MINUTES, WAITING, WHATS };

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
};

struct reader {
	struct arena *arena;
	struct zoom_file file;
	struct text problems;
	int problem_count;
	int columns[WHATS];  /* -1: there is none */
	int day_first, month_first; /* dates that can be read only so */
};

static void problem(struct reader *reader, int line, const char *what,
		    const char *value)
{
	if (reader->problem_count++ >= PROBLEMS_MAX)
		return;
	text_printf(&reader->problems, "%sline %d: %s",
		    reader->problem_count > 1 ? "; " : "", line, what);
	if (value)
		text_printf(&reader->problems, " \"%.40s\"", value);
}

/* The first record with a column for names is the heading. */
static bool read_heading(struct reader *reader,
			 const struct zoom_record *record)
{
	for (int i = 0; i < WHATS; i++)
		reader->columns[i] = -1;
	for (int i = 0; i < ZOOM_COLUMNS_MAX; i++)
		for (size_t j = 0; j < sizeof(headings) / sizeof(*headings);
		     j++)
			if (!strcasecmp(record->cells[i], headings[j].heading))
				reader->columns[headings[j].what] = i;
	return reader->columns[NAME] >= 0;
}

static const char *cell(const struct reader *reader,
			const struct zoom_record *record, enum what what)
{
	int column = reader->columns[what];

	return column < 0 ? "" : record->cells[column];
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
	    minutes > 7 * 1440) {
		problem(reader, row->number, "duration is no number of minutes",
			given);
		return false;
	}
	row->minutes = (int)minutes;
	return true;
}

static bool read_time(struct reader *reader, int line, const char *column,
		      const char *given, struct zoom_time *time)
{
	if (!zoom_read_time(given, time)) {
		problem(reader, line, column, given);
		return false;
	}
	reader->day_first += time->slashes && time->month > 12;
	reader->month_first += time->slashes && time->day > 12;
	return true;
}

static bool read_times(struct reader *reader, const struct zoom_record *record,
		       struct zoom_row *row, struct zoom_time times[2])
{
	const char *departed = cell(reader, record, DEPARTED);

	if (!read_minutes(reader, record, row, !*departed) ||
	    !read_time(reader, row->number, "join time is no time",
		       cell(reader, record, JOINED), &times[0]))
		return false;
	times[1] = times[0];
	if (*departed)
		return read_time(reader, row->number, "leave time is no time",
				 departed, &times[1]);
	/* Still there when the export was made. */
	times[1].hour = -1;
	return true;
}

static bool settle_time(struct reader *reader, int line, struct zoom_time *time)
{
	if (time->slashes && reader->day_first) {
		int day = time->month;

		time->month = time->day;
		time->day = day;
	}
	if (zoom_time_valid(time))
		return true;
	problem(reader, line, "there is no such day", NULL);
	return false;
}

/* All rows are read: now the order of the dates is known. */
static void settle_row(struct reader *reader, struct zoom_row *row,
		       struct zoom_time times[2])
{
	bool still_there = times[1].hour < 0;

	if (still_there)
		times[1] = times[0];
	if (!settle_time(reader, row->number, &times[0]) ||
	    !settle_time(reader, row->number, &times[1]))
		return;
	if (still_there)
		zoom_add_seconds(&times[1], row->minutes * 60L);
	if (zoom_seconds(&times[0], &times[1]) < 0 ||
	    times[0].has_date != times[1].has_date) {
		problem(reader, row->number, "leaves before it joins", NULL);
		return;
	}
	row->day_first = times[0].slashes && !reader->day_first &&
			 !reader->month_first;
	row->joined = zoom_time_text(reader->arena, &times[0]);
	row->departed = zoom_time_text(reader->arena, &times[1]);
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
	if (!*row->name && !*row->email)
		problem(reader, row->number, "has neither name nor address",
			NULL);
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
		arena_array(reader->arena, count, sizeof(*rows));
	struct zoom_time(*times)[2] =
		arena_array(reader->arena, count, sizeof(*times));
	bool detail = reader->columns[JOINED] >= 0;

	for (size_t i = 0; i < count; i++)
		read_row(reader, &records[i], &rows[i], times[i]);
	if (reader->day_first && reader->month_first)
		problem(reader, records[0].number,
			"some dates can only be read day first, others only "
			"month first", NULL);
	for (size_t i = 0; detail && !reader->problem_count && i < count; i++)
		settle_row(reader, &rows[i], times[i]);
	reader->file.layout = detail ? "detail" : "summary";
	reader->file.rows = rows;
	reader->file.count = count;
}

static void read_file(struct reader *reader, const struct zoom_records *records)
{
	size_t heading = 0;

	while (heading < records->count &&
	       !read_heading(reader, &records->list[heading]))
		heading++;
	if (heading == records->count)
		text_add(&reader->problems,
			 "no heading like \"Name (Original Name)\" was found: "
			 "is this a participants' export?");
	else if (reader->columns[JOINED] < 0 && reader->columns[MINUTES] < 0)
		problem(reader, records->list[heading].number,
			"neither \"Join Time\" nor \"Total Duration "
			"(Minutes)\" is among the columns", NULL);
	else if (heading + 1 == records->count)
		problem(reader, records->list[heading].number,
			"no row follows the heading", NULL);
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
	struct reader reader = { .arena = arena, .problems = text_new(arena) };
	struct zoom_records records;

	if (length > ZOOM_BYTES_MAX) {
		reader.file.problem = "the file is larger than 4 MiB";
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
