/*
 * smtp: one submission at a time to the relay, over one connection that is
 * kept.
 *
 * libcurl connects: TLS, EHLO, authentication. The transaction itself is ours,
 * because only so MAIL, RCPT and DATA go out together where the relay allows it
 * (RFC 2920), a refused recipient does not cost the connection, and it is plain
 * when the final dot leaves. (Measured with smtp-sink: a mail through curl's
 * own SMTP cost 145 us of CPU, most of it in waking up for each reply.)
 *
 * The caller's dot function is asked when the relay waits for the text, before
 * any of it is sent; it commits what must be durable first, or says no, and
 * then the connection is cut. What became of the try is read from the relay's
 * replies.
 *
 * A struct smtp belongs to one thread.
 */
#ifndef ECHO_NOTIFIER_SMTP_H
#define ECHO_NOTIFIER_SMTP_H

#include <stdbool.h>

#include "services/notifier/compose.h"

struct smtp_relay {
	const char *url;            /* smtp://host:port or smtps:// */
	const char *user, *password; /* "": none; with one, TLS is required */
	int timeout_s;              /* of one submission */
};

enum smtp_outcome {
	SMTP_SENT,        /* 2xx to the final dot */
	SMTP_RETRY,       /* 4xx, or broken before the dot */
	SMTP_DOMAIN_BUSY, /* 421 or 4.7.x after MAIL: this domain wants less */
	SMTP_RELAY_DOWN,  /* nothing got as far as a recipient */
	SMTP_BOUNCED,     /* 5.1.x, 5.2.1: the address is no good */
	SMTP_REFUSED,     /* another 5xx: this mail, not the address */
	SMTP_BROKEN_OFF,  /* dot said no; nothing was sent */
	SMTP_IN_DOUBT,    /* no reply after the dot: nobody knows */
};

#define SMTP_TEXT 200

struct smtp_result {
	enum smtp_outcome outcome;
	int code;             /* of the reply that decided; 0: none */
	char text[SMTP_TEXT]; /* printable ASCII */
};

/* Once a process, before any thread uses curl. */
void smtp_start(void);

struct smtp *smtp_open(const struct smtp_relay *relay);
void smtp_close(struct smtp *smtp);

typedef bool smtp_dot(void *context);

struct smtp_result smtp_submit(struct smtp *smtp, const struct mail *mail,
			       smtp_dot *dot, void *context);

/* For tests: what a reply means. stage: "" (before RCPT), "RCPT", "DATA" or
 * "." (after the dot). code 0: the connection broke. */
enum smtp_outcome smtp_classify(const char *stage, int code, const char *text);

#endif
