/*
 * factor: the second factor of staff, a code that changes every half minute
 * (RFC 6238), and recovery codes for the day the device is lost.
 *
 * Secrets are sealed for their person (wire/vault) before the database sees
 * them; recovery codes are kept as keyed digests. No code is taken twice.
 * The replies hold secrets, so these methods are not remembered: they are no
 * writes to the runtime, although they change something. Asking again is safe.
 *
 * The functions are runs of methods and safe from any worker.
 */
#ifndef ECHO_REGISTRY_FACTOR_H
#define ECHO_REGISTRY_FACTOR_H

#include "services/common/run/service.h"

extern const char *factor_vault_keys; /* the setting */

/* False, with the reason in the log, when the keys are malformed. */
bool factor_start(struct service_run *run);

enum status enrol_second_factor(struct call *call);
enum status confirm_second_factor(struct call *call);
enum status disable_second_factor(struct call *call);

/* UNAUTHENTICATED: sign in again. */
enum status session_is_over(struct call *call);

#endif
