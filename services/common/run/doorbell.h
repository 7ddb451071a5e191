/*
 * doorbell: the listening side of publications. It only ever wakes somebody:
 * what is heard is a hint, and losing all of it costs latency, nothing else.
 */
#ifndef ECHO_RUN_DOORBELL_H
#define ECHO_RUN_DOORBELL_H

#include <stdint.h>

#include "rpc.pb-c.h"

struct doorbell;

/* Called from nng's thread: must not block. */
typedef void doorbell_heard(void *context, const Rpc__Doorbell *bell);

/* urls: where the replicas publish, separated by commas. */
struct doorbell *doorbell_open(const char *urls, doorbell_heard *heard,
			       void *context);
/* Dial again when nothing was heard for 3 s: nng's dialers die silently. */
void doorbell_check(struct doorbell *doorbell);
/* Monotonic time of the last ring; 0: never. */
int64_t doorbell_heard_at(const struct doorbell *doorbell);
void doorbell_close(struct doorbell *doorbell);

#endif
