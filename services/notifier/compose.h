/*
 * compose: a claimed row becomes a mail: headers, plain text, HTML, calendar.
 *
 * The HTML part is the plain one, escaped as a whole, with paragraphs and
 * links: nothing a person typed can become markup.
 *
 * Whatever goes into a header or an address is refused when it has a control
 * character; text that is not ASCII becomes encoded words (RFC 2047).
 *
 * Pure: any thread; all memory is the arena's.
 */
#ifndef ECHO_NOTIFIER_COMPOSE_H
#define ECHO_NOTIFIER_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "notifier.pb-c.h"
#include "services/common/base/arena.h"
#include "services/common/wire/status.h"

/* Who we are, from the settings. */
struct compose_sender {
	const char *address;    /* envelope and From; its domain is the
				   Message-ID's */
	const char *public_url; /* of the pages; "": there are none */
};

#define COMPOSE_HEADERS 10

struct mail {
	const char *from, *to; /* envelope, without brackets */
	const char *message;   /* what follows DATA, with the final dot */
	size_t length;
	/* what it was made of */
	const char *headers[COMPOSE_HEADERS]; /* "Name: value"; NULL ends */
	const char *plain, *html;
	const char *calendar;  /* NULL: none */
	const char *method;    /* of the calendar object */
};

/* INVALID, with a sentence for the ledger, when the row cannot be a mail. */
enum status compose(struct arena *arena, const Notifier__Mail *row,
		    const struct compose_sender *sender, int64_t now_us,
		    struct mail *mail, struct error *error);

/* The row's Message-ID without brackets. */
const char *compose_message_id(struct arena *arena, const char *reference,
			       const struct compose_sender *sender);

#endif
