/*
 * batch: many rows to one method, in envelopes, several in flight.
 *
 * batch_add copies a row; full batches are sent, and answers are handed to
 * done row by row in the order they were added, whatever came back first. A
 * row that could not become a request (error set) is not sent but keeps its
 * place. When an envelope as a whole fails for good, done is not called for its
 * rows, and everything after answers false; the failure was told.
 *
 * Memory is bounded by the batches in flight.
 */
#ifndef TOOLS_BATCH_H
#define TOOLS_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/client.h"

/* A row on its way. Everything lives until done returns. */
struct batch_row {
	size_t number;
	size_t count;
	const char **cells;
	ProtobufCMessage *request; /* NULL: error says why */
	struct error error;        /* and then what became of it */
	ProtobufCMessage *reply;
};

typedef void batch_done(void *context, const struct batch_row *row);

struct batch_line;

struct batch_line *batch_new(const struct client_method *method, size_t rows,
			     batch_done *done, void *context);
/* A row to fill: cells are copied, the request is made in the arena. */
struct batch_row *batch_add(struct batch_line *line, size_t number,
			    size_t count, const char *const cells[],
			    struct arena **arena);
/* After the row is filled; false: it makes no sense to go on. */
bool batch_filled(struct batch_line *line, size_t bytes);
/* Send what is left and wait for everything. */
bool batch_finish(struct batch_line *line);
void batch_free(struct batch_line *line);

#endif
