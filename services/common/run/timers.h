/* timers: one round of a timer, which tests run by hand. */
#ifndef ECHO_RUN_TIMERS_H
#define ECHO_RUN_TIMERS_H

#include "services/common/run/service.h"

/* True when there is more to do at once. */
bool timer_run(struct service_run *run, const struct timer *timer,
	       struct sql *sql, struct arena *arena);

#endif
