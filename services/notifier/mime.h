/*
 * mime: a mail's parts as the bytes that follow DATA, ready to be sent: CRLF,
 * seven bits, no line that begins with a dot but the last, which ends it.
 *
 *   multipart/mixed
 *     multipart/alternative: text/plain, text/html, text/calendar; method=...
 *     invite.ics             (with a calendar object only)
 *
 * The calendar stands within the alternative, because Outlook looks there
 * only, and once more as a file. libcurl could do this too, but only while it
 * holds the conversation, at four times the cost a mail (see smtp.h).
 *
 * Pure; all memory is the arena's.
 */
#ifndef ECHO_NOTIFIER_MIME_H
#define ECHO_NOTIFIER_MIME_H

#include "services/common/base/text.h"

struct mime_parts {
	const char *const *headers; /* "Name: value"; NULL ends */
	const char *plain, *html;   /* lines end in CRLF */
	const char *calendar;       /* NULL: none */
	const char *method;         /* of the calendar object */
};

struct text mime_message(struct arena *arena, const struct mime_parts *parts);

/* For tests. */
void mime_quoted_printable(struct text *out, const char *text);
void mime_base64(struct text *out, const char *bytes, size_t length,
		 size_t line_length);

#endif
