/*
 * credential: who a person is and what they may do, signed.
 *
 * The registry alone holds the signing keys (ECHO_SIGNING_KEYS); they are read
 * once at start and never change. issue_credential is the run of the method of
 * that name and safe from any worker.
 */
#ifndef ECHO_REGISTRY_CREDENTIAL_H
#define ECHO_REGISTRY_CREDENTIAL_H

#include "services/common/run/service.h"

extern const struct setting credential_settings[];
extern const struct binding credential_statements[];

/* False, with the reason in the log, when the keys are malformed. */
bool credential_start(struct service_run *run);
void credential_stop(struct service_run *run);

enum status issue_credential(struct call *call);

#endif
