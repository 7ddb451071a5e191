/*
 * zoom_time: the forms in which exports write a time. In one file they are all
 * alike; over the years and settings they are not.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "services/scheduler/zoom/zoom.h"

#define DAY 86400L

/* Between least and most digits at *at; moves on. */
static bool number(const char **at, int least, int most, int *value)
{
	int digits = 0;

	*value = 0;
	for (; digits < most && isdigit((unsigned char)**at); digits++)
		*value = *value * 10 + *(*at)++ - '0';
	return digits >= least && !isdigit((unsigned char)**at);
}

static bool sign(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

/* 2021-04-09 */
static bool iso_date(const char **at, struct zoom_time *time)
{
	return number(at, 4, 4, &time->year) && sign(at, '-') &&
	       number(at, 2, 2, &time->month) && sign(at, '-') &&
	       number(at, 2, 2, &time->day);
}

/* 04/09/2021: the order depends on the account's settings. */
static bool slash_date(const char **at, struct zoom_time *time)
{
	time->slashes = number(at, 1, 2, &time->month) && sign(at, '/') &&
			number(at, 1, 2, &time->day) && sign(at, '/') &&
			number(at, 4, 4, &time->year);
	return time->slashes;
}

/* 09.04.2021 */
static bool dot_date(const char **at, struct zoom_time *time)
{
	return number(at, 1, 2, &time->day) && sign(at, '.') &&
	       number(at, 1, 2, &time->month) && sign(at, '.') &&
	       number(at, 4, 4, &time->year);
}

/* Apr 9, 2021 */
static bool name_date(const char **at, struct zoom_time *time)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr",
					  "May", "Jun", "Jul", "Aug",
					  "Sep", "Oct", "Nov", "Dec" };

	for (time->month = 1; time->month <= 12; time->month++)
		if (!strncasecmp(*at, months[time->month - 1], 3))
			break;
	if (time->month > 12)
		return false;
	*at += 3;
	return sign(at, ' ') && number(at, 1, 2, &time->day) &&
	       sign(at, ',') && sign(at, ' ') &&
	       number(at, 4, 4, &time->year);
}

static bool read_date(const char **at, struct zoom_time *time)
{
	static bool (*const forms[])(const char **, struct zoom_time *) = {
		iso_date, slash_date, dot_date, name_date
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		const char *rest = *at;
		struct zoom_time read = { .has_date = true };

		if (forms[i](&rest, &read)) {
			*at = rest;
			*time = read;
			return true;
		}
	}
	return false;
}

/* 18:14, 06:14 PM, 18:14:05, 18:14:05.123 */
static bool read_clock(const char **at, struct zoom_time *time)
{
	int ignored;

	if (!number(at, 1, 2, &time->hour) || !sign(at, ':') ||
	    !number(at, 2, 2, &time->minute))
		return false;
	if (sign(at, ':') && !number(at, 2, 2, &time->second))
		return false;
	if (sign(at, '.') && !number(at, 1, 9, &ignored))
		return false;
	return time->hour <= 23 && time->minute <= 59 && time->second <= 59;
}

static bool read_half(const char **at, struct zoom_time *time)
{
	const char *half = *at + strspn(*at, " ");
	bool after = !strncasecmp(half, "PM", 2);

	if (!after && strncasecmp(half, "AM", 2) != 0)
		return true;
	*at = half + 2;
	if (time->hour < 1 || time->hour > 12)
		return false;
	time->hour = time->hour % 12 + (after ? 12 : 0);
	return true;
}

/* Z, +01:00 or +0100 */
static bool read_zone(const char **at, struct zoom_time *time)
{
	char side = **at;
	int hours, minutes;

	if (sign(at, 'Z')) {
		strcpy(time->zone, "Z");
		return true;
	}
	if (side != '+' && side != '-')
		return true;
	(*at)++;
	if (!isdigit((unsigned char)(*at)[0]) ||
	    !isdigit((unsigned char)(*at)[1]))
		return false;
	hours = ((*at)[0] - '0') * 10 + (*at)[1] - '0';
	*at += 2;
	sign(at, ':');
	if (!number(at, 2, 2, &minutes) || hours > 14 || minutes > 59)
		return false;
	snprintf(time->zone, sizeof(time->zone), "%c%02d:%02d", side,
		 hours % 100, minutes % 100);
	return true;
}

bool zoom_read_time(const char *text, struct zoom_time *time)
{
	const char *at = text;

	memset(time, 0, sizeof(*time));
	if (read_date(&at, time)) {
		sign(&at, ',');
		if (*at != ' ' && *at != 'T')
			return false;
		at++;
	}
	return read_clock(&at, time) && read_half(&at, time) &&
	       read_zone(&at, time) && !*at &&
	       (time->has_date || !*time->zone) &&
	       (time->slashes || zoom_time_valid(time));
}

static time_t instant(const struct zoom_time *time)
{
	struct tm tm = { .tm_year = time->year - 1900,
			 .tm_mon = time->month - 1,
			 .tm_mday = time->has_date ? time->day : 1,
			 .tm_hour = time->hour, .tm_min = time->minute,
			 .tm_sec = time->second };

	return timegm(&tm);
}

bool zoom_time_valid(const struct zoom_time *time)
{
	time_t at = instant(time);
	struct tm tm;

	return !time->has_date ||
	       (time->year >= 1990 && gmtime_r(&at, &tm) &&
		tm.tm_mon == time->month - 1 && tm.tm_mday == time->day);
}

long zoom_seconds(const struct zoom_time *from, const struct zoom_time *to)
{
	long seconds = (long)(instant(to) - instant(from));

	return seconds < 0 && !from->has_date ? seconds + DAY : seconds;
}

void zoom_add_seconds(struct zoom_time *time, long seconds)
{
	time_t at = instant(time) + seconds;
	struct tm tm;

	gmtime_r(&at, &tm);
	time->year = tm.tm_year + 1900;
	time->month = tm.tm_mon + 1;
	time->day = tm.tm_mday;
	time->hour = tm.tm_hour;
	time->minute = tm.tm_min;
	time->second = tm.tm_sec;
}

const char *zoom_time_text(struct arena *arena, const struct zoom_time *time)
{
	if (!time->has_date)
		return arena_printf(arena, "%02d:%02d:%02d", time->hour,
				    time->minute, time->second);
	return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%s",
			    time->year, time->month, time->day, time->hour,
			    time->minute, time->second, time->zone);
}
