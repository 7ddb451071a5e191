/*
 * notices: hands to the notifier what people are told (table notice). C and not
 * SQL, because the notifier is another service. A notice goes there until it
 * was taken, under one id, so nobody is told twice.
 */
#ifndef ECHO_REGISTRY_NOTICES_H
#define ECHO_REGISTRY_NOTICES_H

#include "services/common/run/service.h"

/* A timer: true when there is more to do at once. */
bool mail_notices(struct service_run *run, struct sql *sql,
		  struct arena *arena);

#endif
