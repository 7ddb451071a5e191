/* worker: a thread with its own connection and arena, running plain code. */
#ifndef ECHO_RUN_WORKER_H
#define ECHO_RUN_WORKER_H

#include "services/common/run/private.h"

struct workers;

/* count workers on this queue; writes wakes the sequencer after a group. */
struct workers *workers_start(struct service_run *run, struct queue *queue,
			      int64_t count, bool writes);
/* After queue_close: returns when everything is answered. */
void workers_stop(struct workers *workers);

#endif
