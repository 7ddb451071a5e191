/*
 * credential: who a person is and what they may do, signed.
 *
 * The registry alone holds the signing keys (ECHO_SIGNING_KEYS); they are read
 * once at start and never change, nor go while a worker may still sign.
 * issue_credential and refresh_credential are the runs of the methods of these
 * names and safe from any worker.
 */
#ifndef ECHO_REGISTRY_CREDENTIAL_H
#define ECHO_REGISTRY_CREDENTIAL_H

#include "services/common/run/service.h"

extern const struct setting credential_settings[];

/* False, with the reason in the log, when the keys are malformed. */
bool credential_start(struct service_run *run);

/* The keys that sign. */
const struct token_keys *credential_keys(const struct service_run *run);

enum status issue_credential(struct call *call);
enum status refresh_credential(struct call *call);

#endif
