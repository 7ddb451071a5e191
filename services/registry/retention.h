/*
 * retention: asks members who have not been seen for years whether to stay. C
 * and not SQL, because the notifier is another service. A notice goes there
 * until it was taken, under one id, so nobody is asked twice.
 */
#ifndef ECHO_REGISTRY_RETENTION_H
#define ECHO_REGISTRY_RETENTION_H

#include "services/common/run/service.h"

/* A timer: true when there is more to do at once. */
bool mail_stay(struct service_run *run, struct sql *sql, struct arena *arena);

#endif
