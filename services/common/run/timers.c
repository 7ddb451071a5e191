/* timers: periodic work of every replica; what must be single locks a row. */
#include <stdlib.h>

#include "runtime_sql.h"
#include "services/common/base/log.h"
#include "services/common/run/private.h"
#include "services/common/run/timers.h"

#define TICK_US (50 * INT64_C(1000))
#define READY_US CLOCK_SECOND
#define FORGET_US (60 * CLOCK_SECOND)
#define FORGET_AFTER_US (24 * 3600 * CLOCK_SECOND)
#define TIMERS_MAX 32

struct timers {
	struct service_run *run;
	pthread_t thread;
	int64_t due_us[TIMERS_MAX], own_due_us[TIMERS_MAX];
};

static bool run_sql(struct sql *sql, const struct timer *timer,
		    struct arena *arena)
{
	struct binding binding = { timer->sql, NULL, NULL, false };
	const struct authority authority = { "service", "", "", timer->name,
					     "timer" };
	struct sql_request request = { .principal_person_id = "" };
	struct sql_result result;
	struct error error = { STATUS_OK, "", "" };

	if (sql_begin(sql, &authority, &error) != STATUS_OK)
		return false;
	if (sql_run(sql, &binding, 1, &request, arena, &result, &error) ==
		    STATUS_OK &&
	    sql_commit(sql, &error) == STATUS_OK)
		return sql_rows(sql) > 0;
	sql_rollback(sql);
	log_line(LOG_WARN, "timer failed", "timer", timer->name, "why",
		 error.message, NULL);
	return false;
}

bool timer_run(struct service_run *run, const struct timer *timer,
	       struct sql *sql, struct arena *arena)
{
	return timer->run ? timer->run(run, sql, arena)
			  : run_sql(sql, timer, arena);
}

/* No envelope of yesterday is accepted any more. */
static bool forget(struct service_run *run, struct sql *sql,
		   struct arena *arena)
{
	struct binding binding = { &runtime_forget, &rpc__seen__descriptor,
				   NULL, false };
	Rpc__Seen seen = RPC__SEEN__INIT;
	uint8_t id[ID_BYTES];
	char text[ID_TEXT];
	struct sql_request request = { .message = &seen.base };
	struct sql_result result;
	struct error error;

	(void)run;
	id_floor(clock_wall() - FORGET_AFTER_US, id);
	id_format(id, text);
	seen.request_id = text;
	return sql_ready(sql) &&
	       sql_run(sql, &binding, 1, &request, arena, &result, &error) ==
		       STATUS_OK &&
	       sql_rows(sql) > 0;
}

static void note_writable(void *context, int columns,
			  const char *const values[])
{
	(void)columns;
	*(bool *)context = values[0] && *values[0] == 'f';
}

/* Ready means: the database answers and takes writes, and nobody told us to
 * stop. */
static bool look_ready(struct service_run *run, struct sql *sql,
		       struct arena *arena)
{
	bool writable = false;

	(void)arena;
	/* A connection that died while it was idle shows only now: once more. */
	for (int i = 0; i < 2 && !writable && sql_ready(sql); i++)
		sql_text(sql, "SELECT pg_is_in_recovery()", 0, NULL,
			 note_writable, &writable, NULL);
	if (!writable)
		atomic_store(&run->unready, "the database takes no writes");
	else if (atomic_load(&run->draining))
		atomic_store(&run->unready, "draining");
	atomic_store(&run->ready, writable && !atomic_load(&run->draining));
	return false;
}

static const struct timer own_timers[] = {
	{ .name = "ready", .run = look_ready, .every_us = READY_US },
	{ .name = "forget", .run = forget, .every_us = FORGET_US },
	{ 0 },
};

/* Once, so that a timer with a backlog does not starve the others; true when it
 * has more to do. */
static bool run_if_due(struct timers *timers, const struct timer *timer,
		       int64_t *due_us, struct sql *sql, struct arena *arena)
{
	bool more;

	if (clock_monotonic() < *due_us || service_stopping(timers->run))
		return false;
	more = timer_run(timers->run, timer, sql, arena);
	arena_reset(arena);
	publisher_wake(timers->run->publisher);
	*due_us = clock_monotonic() + (more ? 0 : timer->every_us);
	return more;
}

static bool run_list(struct timers *timers, const struct timer *list,
		     int64_t due_us[], struct sql *sql, struct arena *arena)
{
	bool more = false;

	for (int i = 0; list && list[i].name && i < TIMERS_MAX; i++)
		more |= run_if_due(timers, &list[i], &due_us[i], sql, arena);
	return more;
}

static void *timers_main(void *arg)
{
	struct timers *timers = arg;
	struct sql *sql = service_sql(timers->run, "timers");
	struct arena *arena = arena_new(16384);
	bool more = false;

	while (service_sleep(timers->run, more ? 0 : TICK_US)) {
		more = run_list(timers, own_timers, timers->own_due_us, sql,
				arena);
		more |= run_list(timers, timers->run->service->timers,
				 timers->due_us, sql, arena);
	}
	arena_free(arena);
	sql_close(sql);
	return NULL;
}

struct timers *timers_start(struct service_run *run)
{
	struct timers *timers = calloc(1, sizeof(*timers));

	if (!timers)
		log_fatal("out of memory", NULL);
	timers->run = run;
	timers->thread = service_thread("timers", timers_main, timers);
	return timers;
}

void timers_stop(struct timers *timers)
{
	pthread_join(timers->thread, NULL);
	free(timers);
}
