/*
 * clock: two clocks that must not be mixed up.
 *
 * The domain's time (clock_now) decides when a reminder is due or a session
 * has ended. It can be set, so that a test or the demonstration walks through
 * a year in seconds: by clock_set in the process, or by a file that holds an
 * RFC 3339 time (clock_follow_file), which several processes can share.
 * Elapsed time (clock_monotonic) is for deadlines, time-outs and metrics.
 * Wall time (clock_wall) is for the freshness of envelopes and credentials.
 * Leases use the database's clock only.
 *
 * All in microseconds; clock_now and clock_wall since 1970-01-01T00:00:00Z.
 */
#ifndef ECHO_BASE_CLOCK_H
#define ECHO_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000)

int64_t clock_now(void);
int64_t clock_wall(void);
int64_t clock_monotonic(void);

/* Fix the domain's time; 0 lets it run with the wall clock again. */
void clock_set(int64_t now_us);
/*
 * Read the domain's time from this file from now on ("" or NULL: do not). A
 * file that is missing or unreadable means the wall clock; one that is there
 * but holds no time (it is just being written) means the last time it held.
 */
void clock_follow_file(const char *path);

/* RFC 3339 with microseconds only when there are any: 2021-04-09T10:00:00Z.
 * The years are 1 to 9999; what lies beyond is shown as the nearest moment. */
#define CLOCK_TEXT_MAX 40
void clock_format(int64_t at_us, char text[CLOCK_TEXT_MAX]);
/* Accepts Z or a numeric offset, and a space for T (as PostgreSQL writes). Up
 * to nine decimals; what is finer than a microsecond is cut off. */
bool clock_parse(const char *text, int64_t *at_us);

#endif
