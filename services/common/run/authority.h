/* authority: may this caller ask this, and whose eyes does it see with? */
#ifndef ECHO_RUN_AUTHORITY_H
#define ECHO_RUN_AUTHORITY_H

#include "services/common/run/dispatch.h"

/* Who asks, as the envelope says and the method's row admits. */
struct asker {
	const char *caller;          /* the service */
	const char *origin;          /* where its user sits, or "" */
	Rpc__Credential *credential; /* NULL: the service for itself */
	/*
	 * "role:scope:scope_id ..." as row-level security reads it: only the
	 * grants that the method admits, so that who coordinates in one hub and
	 * speaks in another sees as coordinator in the first only.
	 */
	const char *grants;
	bool self; /* asks only for themselves */
};

/* FORBIDDEN, UNAUTHENTICATED or INVALID with what to do; the asker is in the
 * arena. */
enum status authority_ask(struct service_run *run,
			  const struct envelope *envelope, struct arena *arena,
			  struct asker *asker, struct error *error);

/* One transaction may serve both. */
bool authority_same(const struct asker *a, const struct asker *b);

/* What row-level security and the audit trail are told of askers that are the
 * same. */
struct authority authority_of(const struct method *method,
			      const struct asker *const askers[], size_t count,
			      struct arena *arena);

#endif
