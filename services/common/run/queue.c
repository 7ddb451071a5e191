/* queue: a list, a lock, and the choice of what goes together. */
#include <pthread.h>
#include <stdlib.h>

#include "services/common/base/log.h"
#include "services/common/run/queue.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct job *head, **tail;
	size_t length, max;
	bool closed;
};

struct queue *queue_new(size_t max)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		log_fatal("out of memory", NULL);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->filled, NULL);
	queue->tail = &queue->head;
	queue->max = max;
	return queue;
}

void queue_free(struct queue *queue)
{
	pthread_mutex_destroy(&queue->lock);
	pthread_cond_destroy(&queue->filled);
	free(queue);
}

bool queue_put(struct queue *queue, struct job *job)
{
	bool taken;

	pthread_mutex_lock(&queue->lock);
	taken = !queue->closed && queue->length < queue->max;
	if (taken) {
		job->next = NULL;
		*queue->tail = job;
		queue->tail = &job->next;
		queue->length++;
		pthread_cond_signal(&queue->filled);
	}
	pthread_mutex_unlock(&queue->lock);
	return taken;
}

/* Unlink what belongs with the head: same method, and not more messages in all
 * than one transaction should hold. */
static size_t take_matching(struct queue *queue, struct job *jobs[],
			    size_t max)
{
	const struct plan *plan = queue->head->envelope.plan;
	size_t count = 0, messages = 0;
	struct job **link = &queue->head;

	while (*link && count < max) {
		struct job *job = *link;
		size_t size = job->envelope.request->n_body;

		if (job->envelope.plan != plan ||
		    (count && messages + size > GROUP_CALLS_MAX)) {
			link = &job->next;
			continue;
		}
		*link = job->next;
		jobs[count++] = job;
		messages += size;
	}
	queue->tail = link;
	while (*queue->tail)
		queue->tail = &(*queue->tail)->next;
	queue->length -= count;
	return count;
}

size_t queue_take(struct queue *queue, struct job *jobs[], size_t max)
{
	size_t count = 0;

	pthread_mutex_lock(&queue->lock);
	while (!queue->head && !queue->closed)
		pthread_cond_wait(&queue->filled, &queue->lock);
	if (queue->head)
		count = take_matching(queue, jobs, max);
	if (queue->head)
		pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
	return count;
}

void queue_close(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_cond_broadcast(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
}

size_t queue_length(struct queue *queue)
{
	size_t length;

	pthread_mutex_lock(&queue->lock);
	length = queue->length;
	pthread_mutex_unlock(&queue->lock);
	return length;
}
