/*
 * zoom: participants' exports as Zoom writes them, from bytes to rows.
 *
 * Which columns there are decides, not where they stand: a preamble about the
 * meeting may come first, Topic and Meeting ID may stand before each row,
 * "Name (Original Name)" comes in either case, times may be summed up to
 * "Total Duration (Minutes)". CSV itself is libcsv's affair. UTF-8 with or
 * without BOM, any line ends, quotes, blank lines between parts.
 *
 * A file is read whole or not at all: the first problems are named with their
 * line and column.
 * Pure functions; all memory is the arena's; any thread.
 */
#ifndef ECHO_SCHEDULER_ZOOM_H
#define ECHO_SCHEDULER_ZOOM_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/base/arena.h"

#define ZOOM_BYTES_MAX (3u << 20)
#define ZOOM_ROWS_MAX 5000
#define ZOOM_COLUMNS_MAX 40
#define ZOOM_CELL_MAX 500
#define ZOOM_NAMES_MAX 4

struct zoom_row {
	int number;             /* line in the file */
	const char *name;       /* as shown; never NULL, may be "" */
	const char *names[ZOOM_NAMES_MAX]; /* what may be a person's name */
	size_t name_count;
	const char *email;      /* "" when Zoom hides it */
	/* HH:MM:SS, YYYY-MM-DDTHH:MM:SS, or that with Z or +hh:mm; "" both in
	 * a summary without times */
	const char *joined, *departed;
	bool day_first;         /* 04/09/2021: read as 9 April, or 4 Sept.? */
	int minutes;            /* as the file says, or from the times */
	const char *ignore;     /* "waiting_room" or "" */
	bool phone;             /* the name is a caller's number */
};

struct zoom_file {
	const char *layout;     /* "detail", or "summary" of a person's joins */
	const char *meeting;    /* the meeting's number, "" when not told */
	struct zoom_row *rows;
	size_t count;
	const char *problem;    /* NULL, or what is wrong, for a person */
};

/* The file's rows, or its problem. */
struct zoom_file zoom_read(struct arena *arena, const void *bytes,
			   size_t length);

/* ---- its parts ---- */

/* A line of the file that is not blank. Cells are trimmed UTF-8; those a short
 * record lacks are "". One that is too long is cut, one with control characters
 * has blanks in their place; both are marked. */
struct zoom_record {
	const char *cells[ZOOM_COLUMNS_MAX];
	bool unfit[ZOOM_COLUMNS_MAX];
	int number; /* line */
};
/* At most so many bytes of text, whole characters only. */
size_t zoom_cut(const char *text, size_t most);
struct zoom_records {
	struct zoom_record *list;
	size_t count;
	const char *problem; /* NULL, or what is wrong with the CSV */
};
struct zoom_records zoom_read_csv(struct arena *arena, const char *bytes,
				  size_t length);

/* A time in one of Zoom's forms. */
struct zoom_time {
	bool has_date;
	bool slashes; /* the date's order is not said: month first is assumed */
	int year, month, day, hour, minute, second;
	char zone[12]; /* "", Z or +hh:mm */
};
/* False when it is none. With slashes, month and day are not checked yet. */
bool zoom_read_time(const char *text, struct zoom_time *time);
/* False when there is no such day. */
bool zoom_time_valid(const struct zoom_time *time);
void zoom_add_seconds(struct zoom_time *time, long seconds);
/* Seconds from the one to the other; of bare times, over midnight. */
long zoom_seconds(const struct zoom_time *from, const struct zoom_time *to);
const char *zoom_time_text(struct arena *arena, const struct zoom_time *time);

/* Fill row->names from row->name: what stands before brackets and in them,
 * without pronouns and what follows a dash. */
void zoom_read_names(struct arena *arena, struct zoom_row *row);
/* A caller without a name: +44 7700 9***23, 447700900123, Call-In User_1. */
bool zoom_is_phone(const char *name);

#endif
