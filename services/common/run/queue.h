/*
 * queue: what waits for a worker. Bounded: when it is full, the answer is
 * OVERLOADED at once. A worker takes the oldest job and with it all others of
 * the same method that wait, so groups form by themselves while a commit runs.
 */
#ifndef ECHO_RUN_QUEUE_H
#define ECHO_RUN_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/run/dispatch.h"

struct job {
	struct job *next;
	struct envelope envelope;
};

struct queue;

struct queue *queue_new(size_t max);
void queue_free(struct queue *queue);
/* False when it is full or closed. */
bool queue_put(struct queue *queue, struct job *job);
/* Blocks; returns the number taken, 0 when closed and empty. */
size_t queue_take(struct queue *queue, struct job *jobs[], size_t max);
/* Nothing more comes in; takers go on until it is empty. */
void queue_close(struct queue *queue);
size_t queue_length(struct queue *queue);

#endif
