/* Envelopes in flight: a ring of batches, each with its own arena. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/batch.h"
#include "tools/command.h"

#define FLIGHT 4            /* envelopes that wait for their answer */
#define RING (FLIGHT + 1)   /* and one that is being filled */
#define BYTES_MAX (1 << 20) /* of the rows of an envelope; its limit is 4 MiB */
#define ATTEMPTS 20         /* against a full queue, 250 ms apart */

struct batch {
	struct arena *arena;
	struct batch_row *rows;
	size_t count, bytes, sent;
	ProtobufCMessage **requests;
	struct rpc_result *results;
	struct rpc_pending *pending; /* NULL: it could not be sent */
};

struct batch_line {
	struct client_method method;
	size_t size; /* rows a batch holds */
	batch_done *done;
	void *context;
	struct batch ring[RING];
	size_t first, used; /* the oldest in flight; how many are */
	bool failed;
};

struct batch_line *batch_new(const struct client_method *method, size_t rows,
			     batch_done *done, void *context)
{
	struct batch_line *line = arena_alloc(memory, sizeof(*line));

	*line = (struct batch_line){ .method = *method, .size = rows,
				     .done = done, .context = context };
	for (size_t i = 0; i < RING; i++)
		line->ring[i].arena = arena_new(1 << 16);
	return line;
}

void batch_free(struct batch_line *line)
{
	for (size_t i = 0; i < RING; i++)
		arena_free(line->ring[i].arena);
}

/* The one that is being filled. */
static struct batch *current(struct batch_line *line)
{
	return &line->ring[(line->first + line->used) % RING];
}

struct batch_row *batch_add(struct batch_line *line, size_t number,
			    size_t count, const char *const cells[],
			    struct arena **arena)
{
	struct batch *batch = current(line);
	struct batch_row *row;

	if (batch->rows == NULL)
		batch->rows = arena_array(batch->arena, line->size,
					  sizeof(*batch->rows));
	row = &batch->rows[batch->count++];
	row->number = number;
	row->count = count;
	row->cells = arena_array(batch->arena, count, sizeof(*row->cells));
	for (size_t i = 0; i < count; i++)
		row->cells[i] = arena_strdup(batch->arena, cells[i]);
	*arena = batch->arena;
	return row;
}

static bool send_batch(struct batch_line *line, struct batch *batch)
{
	const struct rpc_options *with = client_options(&line->method);

	if (with == NULL)
		return false;
	batch->pending = rpc_send(client_peer(line->method.service),
				  line->method.name, batch->sent,
				  batch->requests, batch->arena, with);
	return true;
}

/* The arena rests while a batch is in flight, so this makes all it needs. */
static bool launch(struct batch_line *line, struct batch *batch)
{
	batch->requests = arena_array(batch->arena, batch->count,
				      sizeof(*batch->requests));
	batch->results = arena_array(batch->arena, batch->count,
				     sizeof(*batch->results));
	for (size_t i = 0; i < batch->count; i++)
		if (batch->rows[i].request != NULL)
			batch->requests[batch->sent++] = batch->rows[i].request;
	line->used++;
	return batch->sent == 0 || send_batch(line, batch);
}

/* Give the results to the rows that were sent. */
static void settle(struct batch_line *line, struct batch *batch)
{
	size_t next = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct batch_row *row = &batch->rows[i];

		if (row->request != NULL) {
			row->error = batch->results[next].error;
			row->reply = batch->results[next].reply;
			next++;
		}
		line->done(line->context, row);
	}
}

static enum status await(struct batch_line *line, struct batch *batch,
			 struct error *error)
{
	struct rpc_pending *pending = batch->pending;

	batch->pending = NULL;
	return pending == NULL
		       ? STATUS_UNAUTHENTICATED /* was told */
		       : rpc_wait(pending, line->method.output, batch->arena,
				  batch->results, error);
}

/* Wait for the oldest. A full queue means later, not never. */
static bool land(struct batch_line *line)
{
	static const struct timespec pause = { .tv_nsec = 250000000 };
	struct batch *batch = &line->ring[line->first];
	struct error error = { STATUS_OK, NULL, NULL };
	enum status status = STATUS_OK;

	if (batch->sent > 0)
		status = await(line, batch, &error);
	for (int i = 0; i < ATTEMPTS && status == STATUS_OVERLOADED; i++) {
		nanosleep(&pause, NULL);
		send_batch(line, batch);
		status = await(line, batch, &error);
	}
	if (status == STATUS_OK) {
		settle(line, batch);
	} else {
		if (error.message != NULL)
			client_complain(&line->method, &error);
		line->failed = true;
	}
	arena_reset(batch->arena);
	*batch = (struct batch){ .arena = batch->arena };
	line->first = (line->first + 1) % RING;
	line->used--;
	return !line->failed;
}

bool batch_filled(struct batch_line *line, size_t bytes)
{
	struct batch *batch = current(line);

	batch->bytes += bytes;
	if (line->failed)
		return false;
	if (batch->count < line->size && batch->bytes < BYTES_MAX)
		return true;
	if (!launch(line, batch)) {
		line->failed = true;
		return false;
	}
	return line->used < FLIGHT || land(line);
}

bool batch_finish(struct batch_line *line)
{
	if (!line->failed && current(line)->count > 0)
		line->failed = !launch(line, current(line));
	while (line->used > 0)
		land(line);
	return !line->failed;
}
