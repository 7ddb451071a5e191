/*
 * smtp_wire: lines to and from the relay, over the connection that libcurl
 * made. Belongs to one struct smtp.
 */
#ifndef ECHO_NOTIFIER_SMTP_WIRE_H
#define ECHO_NOTIFIER_SMTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/notifier/smtp.h"

struct reply {
	int code;             /* 0: the connection is broken */
	char text[SMTP_TEXT]; /* its last line, printable ASCII */
};

struct wire {
	void *curl;           /* NULL: not connected */
	int socket;
	int64_t until_us;     /* monotonic; then it counts as broken */
	bool pipelining;      /* the relay takes several commands at once */
	char bytes[4096];     /* received, not read yet */
	size_t length;
};

/* False, and the reply that says why, when the relay does not take us. */
bool wire_connect(struct wire *wire, const struct smtp_relay *relay,
		  struct reply *reply);
void wire_cut(struct wire *wire);

bool wire_send(struct wire *wire, const char *bytes, size_t length);
/* Reads one reply; code 0 when the connection broke or time is up. */
void wire_read(struct wire *wire, struct reply *reply);

#endif
