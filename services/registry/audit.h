/*
 * audit: the timer that seals events of the audit trail in batches which chain,
 * and signs each batch. C and not SQL, because the signing key must not be
 * where a query can read it.
 */
#ifndef ECHO_REGISTRY_AUDIT_H
#define ECHO_REGISTRY_AUDIT_H

#include "services/common/run/service.h"

bool seal_audit(struct service_run *run, struct sql *sql,
		struct arena *arena);

#endif
