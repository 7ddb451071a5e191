/*
 * clock: calendar arithmetic is our own, on days since 1970 in the proleptic
 * Gregorian calendar (PostgreSQL's too): the C library's depends on the
 * process's time zone.
 */
#include "services/common/base/clock.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY_SECONDS 86400
#define YEAR_MIN 1
#define YEAR_MAX 9999

static struct {
	pthread_mutex_t lock;
	int64_t fixed_us;
	char *path;
	int64_t last_us; /* what the file held when it was last understood */
} domain = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int64_t read_clock(clockid_t id)
{
	struct timespec at;

	clock_gettime(id, &at);
	return (int64_t)at.tv_sec * CLOCK_SECOND + at.tv_nsec / 1000;
}

int64_t clock_wall(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* The file's first line as a time; false when it is not one. */
static bool read_time(int file, int64_t *at_us)
{
	char text[CLOCK_TEXT_MAX];
	ssize_t length = pread(file, text, sizeof(text) - 1, 0);

	if (length <= 0)
		return false;
	text[length] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	return clock_parse(text, at_us);
}

/*
 * A file that is there but makes no sense is one that is just being written:
 * a jump to the wall clock and back would fire every reminder between.
 */
static int64_t follow(void)
{
	int file = open(domain.path, O_RDONLY | O_CLOEXEC);
	int64_t at_us;

	if (file < 0)
		return clock_wall();
	if (read_time(file, &at_us))
		domain.last_us = at_us;
	close(file);
	return domain.last_us != 0 ? domain.last_us : clock_wall();
}

int64_t clock_now(void)
{
	int64_t now_us;

	pthread_mutex_lock(&domain.lock);
	if (domain.fixed_us != 0)
		now_us = domain.fixed_us;
	else if (domain.path != NULL)
		now_us = follow();
	else
		now_us = clock_wall();
	pthread_mutex_unlock(&domain.lock);
	return now_us;
}

void clock_set(int64_t now_us)
{
	pthread_mutex_lock(&domain.lock);
	domain.fixed_us = now_us;
	pthread_mutex_unlock(&domain.lock);
}

void clock_follow_file(const char *path)
{
	pthread_mutex_lock(&domain.lock);
	free(domain.path);
	domain.path = NULL;
	domain.last_us = 0;
	if (path != NULL && path[0] != '\0') {
		domain.path = strdup(path);
		assert(domain.path != NULL);
	}
	pthread_mutex_unlock(&domain.lock);
}

/* Eras of 400 years that begin on 1 March: then the leap day comes last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t year_of_era = shifted - era * 400;
	int64_t month_of_year = (month + 9) % 12;
	int64_t day_of_year = (153 * month_of_year + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

static void date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
			       day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (year_of_era * 365 +
					    year_of_era / 4 - year_of_era / 100);
	int64_t month_of_year = (5 * day_of_year + 2) / 153;

	*day = (int)(day_of_year - (153 * month_of_year + 2) / 5 + 1);
	*month = (int)(month_of_year < 10 ? month_of_year + 3 :
					    month_of_year - 9);
	*year = era * 400 + year_of_era + (*month <= 2);
}

static char *put_number(char *at, int digits, int64_t number)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
	return at + digits;
}

static char *put_date(char *at, int64_t days)
{
	int64_t year;
	int month, day;

	date_from_days(days, &year, &month, &day);
	at = put_number(at, 4, year);
	*at++ = '-';
	at = put_number(at, 2, month);
	*at++ = '-';
	return put_number(at, 2, day);
}

/* Seconds from the first moment of YEAR_MIN until after that of YEAR_MAX. */
static int64_t first_second(void)
{
	return days_from_date(YEAR_MIN, 1, 1) * DAY_SECONDS;
}

static int64_t end_second(void)
{
	return days_from_date(YEAR_MAX + 1, 1, 1) * DAY_SECONDS;
}

static int64_t clamp(int64_t at_us)
{
	int64_t first_us = first_second() * CLOCK_SECOND;
	int64_t last_us = end_second() * CLOCK_SECOND - 1;

	if (at_us < first_us)
		return first_us;
	return at_us > last_us ? last_us : at_us;
}

void clock_format(int64_t at_us, char text[CLOCK_TEXT_MAX])
{
	int64_t since_us = clamp(at_us) - first_second() * CLOCK_SECOND;
	int64_t seconds = since_us / CLOCK_SECOND;
	int64_t of_day = seconds % DAY_SECONDS;
	char *at = put_date(text, days_from_date(YEAR_MIN, 1, 1) +
				  seconds / DAY_SECONDS);

	*at++ = 'T';
	at = put_number(at, 2, of_day / 3600);
	*at++ = ':';
	at = put_number(at, 2, of_day / 60 % 60);
	*at++ = ':';
	at = put_number(at, 2, of_day % 60);
	if (since_us % CLOCK_SECOND != 0) {
		*at++ = '.';
		at = put_number(at, 6, since_us % CLOCK_SECOND);
	}
	*at++ = 'Z';
	*at = '\0';
	assert(at < text + CLOCK_TEXT_MAX);
}

/* Exactly count digits, from min to max; moves on. */
static bool take_number(const char **at, int count, int min, int max,
			int *number)
{
	*number = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*number = *number * 10 + (**at - '0');
	}
	return *number >= min && *number <= max;
}

static bool take_char(const char **at, const char *any_of)
{
	if (**at == '\0' || strchr(any_of, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

static bool take_date(const char **at, int64_t *days)
{
	static const int lengths[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	int year, month, day;
	bool leap;

	if (!take_number(at, 4, YEAR_MIN, YEAR_MAX, &year) ||
	    !take_char(at, "-") || !take_number(at, 2, 1, 12, &month) ||
	    !take_char(at, "-") || !take_number(at, 2, 1, 31, &day))
		return false;
	leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (day > lengths[month - 1] + (month == 2 && leap))
		return false;
	*days = days_from_date(year, month, day);
	return true;
}

/* One to nine digits after a point, or none; what is finer than a microsecond
 * is cut off. */
static bool take_fraction(const char **at, int64_t *micros)
{
	int64_t unit = 100000;
	int digits = 0;

	*micros = 0;
	if (!take_char(at, "."))
		return true;
	for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
		*micros += (**at - '0') * unit;
		unit /= 10;
	}
	return digits >= 1 && digits <= 9;
}

/* Z, or +HH:MM; PostgreSQL leaves out zero minutes and, for times before time
 * zones, adds seconds. */
static bool take_offset(const char **at, int64_t *seconds)
{
	int sign = **at == '-' ? -1 : 1;
	int hours, minutes = 0, rest = 0;

	*seconds = 0;
	if (take_char(at, "Zz"))
		return true;
	if (!take_char(at, "+-") || !take_number(at, 2, 0, 23, &hours))
		return false;
	if (take_char(at, ":") && !take_number(at, 2, 0, 59, &minutes))
		return false;
	if (take_char(at, ":") && !take_number(at, 2, 0, 59, &rest))
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60 + rest);
	return true;
}

bool clock_parse(const char *text, int64_t *at_us)
{
	int64_t days, micros, offset, seconds;
	int hour, minute, second;

	if (!take_date(&text, &days) || !take_char(&text, "Tt ") ||
	    !take_number(&text, 2, 0, 23, &hour) || !take_char(&text, ":") ||
	    !take_number(&text, 2, 0, 59, &minute) || !take_char(&text, ":") ||
	    !take_number(&text, 2, 0, 59, &second) ||
	    !take_fraction(&text, &micros) || !take_offset(&text, &offset) ||
	    *text != '\0')
		return false;
	seconds = days * DAY_SECONDS + hour * 3600 + minute * 60 + second -
		  offset;
	if (seconds < first_second() || seconds >= end_second())
		return false;
	*at_us = seconds * CLOCK_SECOND + micros;
	return true;
}
