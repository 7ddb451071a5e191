/*
 * group: many calls of one method, one transaction.
 *
 * Calls that share a key run in rounds of the same transaction, so that an
 * author need not think about two changes to one row. When a statement fails,
 * the whole is tried again with savepoints and the offenders are found by
 * halving, so that an error never touches its neighbours. Writes are
 * remembered by request id in the same transaction: a retry gets the recorded
 * reply, a replay has no effect.
 *
 * Everything is in the caller's arena. One thread at a time.
 */
#ifndef ECHO_DATA_GROUP_H
#define ECHO_DATA_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/base/id.h"
#include "services/common/data/sql.h"

#define GROUP_STATEMENTS 3
#define GROUP_CALLS_MAX 2048

struct group_call;

/* How the calls of a method run. */
struct group_plan {
	/* In order; a NULL statement ends; the last gives the reply. */
	struct binding bindings[GROUP_STATEMENTS + 1];
	/* C instead of statements: one call in the open transaction. */
	enum status (*run)(struct sql *sql, struct group_call *call,
			   struct arena *arena, struct error *error);
	const field_type *key; /* NULL: no two calls disturb each other */
	bool write;
};

/* One message of an envelope. */
struct group_call {
	struct sql_request request;
	struct sql_result result;
	void *context; /* for plan->run */
};

/* One envelope: what is remembered and answered as a whole. */
struct group_envelope {
	uint8_t request_id[ID_BYTES];
	const char *caller;
	uint8_t body_hash[32];
	int64_t deadline_at_us; /* wall clock, 0: none; not begun after it */
	struct group_call *calls;
	size_t count;
	struct error error; /* of the envelope; OK: see its calls */
	/* The packed reply that an earlier execution recorded, or NULL. */
	const void *recorded;
	size_t recorded_length;
	bool left_out; /* answered already: takes no part any more */
	void *context; /* for pack */
};

/* The bytes to remember for an envelope whose calls have their results. */
typedef void *group_pack(struct arena *arena,
			 const struct group_envelope *envelope,
			 size_t *length);

/* Fills every call's result, or the envelope's recorded reply or error.
 * Returns the number of transactions it took. */
int group_run(struct sql *sql, const struct group_plan *plan,
	      const struct authority *authority, struct arena *arena,
	      struct group_envelope envelopes[], size_t count,
	      group_pack *pack);

#endif
