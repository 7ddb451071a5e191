/*
 * plan: a method's row, made ready to run: descriptors looked up, key and self
 * fields found, counters beside it. Made once at start and read-only but for
 * the counters. A row that does not fit the contract is a problem that names
 * it.
 */
#ifndef ECHO_RUN_PLAN_H
#define ECHO_RUN_PLAN_H

#include <stdatomic.h>

#include "services/common/run/service.h"

#define HISTOGRAM 24 /* bucket i holds durations below 2^(i+5) us */

struct plan_stats {
	atomic_llong calls, errors, groups, duration_us;
	atomic_llong histogram[HISTOGRAM];
};

struct plan {
	const struct method *method;
	const message_type *input, *output;
	const field_type *self; /* NULL: nobody may ask only for themselves */
	struct group_plan group;
	struct plan_stats stats;
};

struct plans {
	struct plan *list;
	size_t count;
};

/* NULL, or what is wrong (arena). Lives for ever. */
const char *plans_make(struct plans *plans, const struct service *service,
		       struct arena *arena);
/* By name; NULL when there is no such method. */
struct plan *plans_find(const struct plans *plans, const char *name);
/* Every statement of the service against the live schema: the first problem,
 * or NULL. */
const char *plans_check(const struct plans *plans,
			const struct service *service, struct sql *sql,
			struct arena *arena);

void plan_count(struct plan *plan, bool failed, int64_t duration_us);
/* The upper bound of the bucket that holds that share of calls. */
int64_t plan_quantile_us(const struct plan *plan, double share);

#endif
