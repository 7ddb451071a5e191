/*
 * clerk: the one thread that talks to the database for all senders.
 *
 * Senders take mails that the clerk has claimed, ask it for the final dot, and
 * tell it what became of each. The clerk answers all who wait in one
 * transaction: outcomes, dots, and a new claim when the pile gets low. Groups
 * form by themselves, because what arrives during a commit shares the next.
 *
 * An outcome is not waited for: when the process dies before it is recorded,
 * the mail is in doubt, and the acceptor is asked. A dot is waited for.
 */
#ifndef ECHO_NOTIFIER_CLERK_H
#define ECHO_NOTIFIER_CLERK_H

#include <stdbool.h>
#include <stdint.h>

#include "notifier.pb-c.h"

#define CLERK_SENDERS_MAX 64

struct clerk;

/* lease_s: how long a claim lasts; a mail begins only in its first half, and
 * may pass the dot only while a third is left. */
struct clerk *clerk_start(const char *database_url, int senders, int lease_s);
/* After all senders have returned: records what is left, returns the leases. */
void clerk_stop(struct clerk *clerk);
/* From now on clerk_take returns false. */
void clerk_close(struct clerk *clerk);

/* A claimed mail; valid until clerk_settle or clerk_drop. */
struct claimed {
	const Notifier__Mail *mail;
	struct pile *pile; /* the clerk's */
	bool late;         /* half the lease is over: do not begin */
};
/* Blocks; false when the service stops. */
bool clerk_take(struct clerk *clerk, struct claimed *claimed);

/* May the dot of this mail be sent? Committed when the answer is yes. */
bool clerk_dot(struct clerk *clerk, const struct claimed *claimed,
	       int ics_sequence);

/* What became of it. Waits only when the database has not answered for long; if
 * it still does not when the service stops, an acceptance goes unrecorded and
 * is looked up later. */
void clerk_settle(struct clerk *clerk, const struct claimed *claimed,
		  Notifier__Settlement__Outcome outcome, int code,
		  const char *text);
/* Nothing to record: broken off, or in doubt. */
void clerk_drop(struct clerk *clerk, const struct claimed *claimed);

#endif
