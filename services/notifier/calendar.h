/*
 * calendar: one session as an iCalendar object (RFC 5545) for one recipient.
 *
 * One UID per session for life, SEQUENCE as the session has it, METHOD in the
 * object too (Outlook lets it win over the MIME parameter), the recipient as
 * the only ATTENDEE. Times are wall time with a hand-written VTIMEZONE where
 * the zone follows the British rule, and UTC elsewhere: a calendar shows both
 * at the same moment, but only the first survives a change of the law.
 *
 * Pure: no clock, no state, any thread. The text (CRLF, folded, escaped) is the
 * arena's.
 */
#ifndef ECHO_NOTIFIER_CALENDAR_H
#define ECHO_NOTIFIER_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "services/common/base/arena.h"

struct calendar_entry {
	const char *uid;
	int sequence;
	bool cancelled;           /* METHOD:CANCEL instead of REQUEST */
	const char *summary;
	const char *description;  /* may be "" */
	const char *location;     /* the join link; may be "" */
	const char *start_local;  /* 2021-04-09T11:00:00 */
	const char *zone;         /* IANA */
	int minutes;
	int64_t start_at_us;      /* used where the zone is not British */
	const char *organizer_name, *organizer_address;
	const char *attendee_name, *attendee_address;
	int64_t now_us;           /* DTSTAMP */
};

const char *calendar_object(struct arena *arena,
			    const struct calendar_entry *entry);

#endif
