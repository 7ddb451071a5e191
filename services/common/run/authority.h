/* authority: may this caller ask this, and whose eyes does it see with? */
#ifndef ECHO_RUN_AUTHORITY_H
#define ECHO_RUN_AUTHORITY_H

#include "services/common/run/service.h"

/* The service may ask at all. */
bool authority_caller(const struct method *method, const char *caller);
/* The credential holds one of the method's roles, in any scope. */
bool authority_role(const struct method *method,
		    const Rpc__Credential *credential);
/*
 * "role:scope:scope_id ..." as row-level security reads it: only the grants
 * that the method admits, so that who coordinates in one hub and speaks in
 * another sees as coordinator in the first only.
 */
const char *authority_grants(struct arena *arena, const struct method *method,
			     const Rpc__Credential *credential);

#endif
