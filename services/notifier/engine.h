/*
 * engine: the sending engine's parts and what they share: settings, bindings.
 *
 * sender: threads that submit; clerk: the thread that keeps their books;
 * reconcile: a timer that asks the acceptor about mails in doubt.
 */
#ifndef ECHO_NOTIFIER_ENGINE_H
#define ECHO_NOTIFIER_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "services/common/run/service.h"

/* The statements of the engine, in this order in notifier.c. */
enum engine_statement {
	ENGINE_CLAIM,
	ENGINE_DOT,
	ENGINE_SETTLE,
	ENGINE_RELEASE,
	ENGINE_IN_DOUBT,
	ENGINE_RESOLVE,
	ENGINE_TEMPLATES,
};
extern const struct binding engine[];
/* Whose eyes the engine has: it sees everything. */
extern const struct authority engine_authority;

extern struct engine_settings {
	const char *smtp_url, *smtp_user, *smtp_password;
	const char *imap_url, *in_doubt_policy;
	const char *mail_from, *public_url;
	int64_t in_doubt_grace_s, senders, lease_s;
} engine_settings;

/* Start and stop of the service. False when a template or setting is wrong. */
bool sender_start(struct service_run *run);
void sender_stop(struct service_run *run);

/* A timer: resolves mails in doubt; true when there is more to do. */
bool reconcile(struct service_run *run, struct sql *sql, struct arena *arena);

#endif
