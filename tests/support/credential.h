/*
 * credential: a person's credential that a stage's services accept, signed with
 * the stage's own key as the registry would sign it; good for ten minutes.
 */
#ifndef ECHO_TESTS_CREDENTIAL_H
#define ECHO_TESTS_CREDENTIAL_H

#include "services/common/wire/rpc.h"
#include "tests/support/stage.h"

/* Add the operator's to options; the bytes are the arena's. */
void credential_admin(const struct stage *stage, struct arena *arena,
		      struct rpc_options *options);
/* Or somebody's who holds this role and is nobody in particular. */
void credential_role(const struct stage *stage, struct arena *arena,
		     const char *role, Rpc__Grant__Scope scope,
		     const char *scope_id, struct rpc_options *options);
/* Or a person's, who holds no grant. */
void credential_person(const struct stage *stage, struct arena *arena,
		       const char *person_id, struct rpc_options *options);

#endif
