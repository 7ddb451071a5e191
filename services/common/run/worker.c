/* worker: take what waits together, dispatch it, answer. */
#include <stdlib.h>

#include "services/common/base/log.h"
#include "services/common/run/server.h"
#include "services/common/run/worker.h"

#define WORKER_ARENA (64u << 10)
/* Between two statements a worker only computes. Callers of a replica that was
 * stopped turn to another after a second, and must not wait there for rows
 * that the stopped one holds. */
#define IDLE_LIMIT_MS 1000

struct workers {
	struct service_run *run;
	struct queue *queue;
	bool writes;
	int64_t count;
	pthread_t *threads;
};

static void serve(struct workers *workers, struct sql *sql,
		  struct arena *arena, struct job *jobs[], size_t count)
{
	struct envelope *envelopes[DISPATCH_ENVELOPES_MAX];

	for (size_t i = 0; i < count; i++)
		envelopes[i] = &jobs[i]->envelope;
	dispatch(workers->run, sql, arena, envelopes, count);
	if (workers->writes)
		publisher_wake(workers->run->publisher);
	for (size_t i = 0; i < count; i++)
		server_reply(workers->run->server, jobs[i],
			     envelopes[i]->reply);
	arena_reset(arena);
}

static void *worker_main(void *arg)
{
	struct workers *workers = arg;
	struct sql *sql = service_sql(workers->run,
				      workers->writes ? "writes" : "reads");
	struct arena *arena = arena_new(WORKER_ARENA);
	struct job *jobs[DISPATCH_ENVELOPES_MAX];
	size_t count;

	sql_idle_limit(sql, IDLE_LIMIT_MS);
	while ((count = queue_take(workers->queue, jobs,
				   DISPATCH_ENVELOPES_MAX)))
		serve(workers, sql, arena, jobs, count);
	arena_free(arena);
	sql_close(sql);
	return NULL;
}

struct workers *workers_start(struct service_run *run, struct queue *queue,
			      int64_t count, bool writes)
{
	struct workers *workers = calloc(1, sizeof(*workers));

	if (!workers)
		log_fatal("out of memory", NULL);
	*workers = (struct workers){ run, queue, writes, count, NULL };
	workers->threads = calloc((size_t)count, sizeof(*workers->threads));
	if (!workers->threads)
		log_fatal("out of memory", NULL);
	for (int64_t i = 0; i < count; i++)
		workers->threads[i] = service_thread(
			writes ? "write" : "read", worker_main, workers);
	return workers;
}

void workers_stop(struct workers *workers)
{
	for (int64_t i = 0; i < workers->count; i++)
		pthread_join(workers->threads[i], NULL);
	free(workers->threads);
	free(workers);
}
