/*
 * feed: the log says what changed; the tables say what it is.
 *
 * Owner side: a trigger stages (feed, key) in the transaction of the change;
 * feed_sequence moves staged keys to table change with commit-ordered,
 * compacted positions (any replica, one at a time, behind a row lock);
 * feed_changes answers the built-in method Changes with the current state of
 * what changed.
 *
 * Follower side: feed_follow applies one batch: cursor row FOR UPDATE SKIP
 * LOCKED, apply statements, cursor moved, one transaction. A different epoch,
 * or a cursor ahead of the head, starts again from zero, which is safe.
 */
#ifndef ECHO_DATA_FEED_H
#define ECHO_DATA_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "services/common/data/sql.h"

#define FEED_BATCH 1000
#define FOLLOW_STATEMENTS 4

/* A feed that others may follow: a row of the owner's table. */
struct feed {
	const char *name;            /* NULL ends the table */
	const message_type *message;
	const struct statement *sql; /* feed_NAME.sql: rpc.FeedKey -> message */
	const char *followers;       /* services, space separated */
};

/* A feed that this service follows: a row of the follower's table. */
struct follow {
	const char *service; /* NULL ends the table */
	const char *feed;
	const message_type *message;
	/* Applied in order, in the transaction of the cursor. */
	const struct statement *sql[FOLLOW_STATEMENTS];
};

/* Give staged changes their positions. head is filled (arena); taken says how
 * many there were, -1 when another replica is at work. */
enum status feed_sequence(struct sql *sql, struct arena *arena,
			  Rpc__FeedHead **head, struct error *error);
/* The same without sequencing: where the feeds stand. */
enum status feed_head(struct sql *sql, struct arena *arena,
		      Rpc__FeedHead **head, struct error *error);

enum status feed_changes(struct sql *sql, const struct feed *feed,
			 const Rpc__ChangesRequest *request,
			 struct arena *arena, Rpc__ChangesReply **reply,
			 struct error *error);

/* How the follower asks the owner (by RPC; a test may ask directly). */
typedef enum status feed_ask(void *context, const Rpc__ChangesRequest *request,
			     struct arena *arena, Rpc__ChangesReply **reply,
			     struct error *error);

struct feed_progress {
	int64_t seq, head_seq;
	int applied;  /* changes of this batch; -1: another replica's turn */
	bool more;    /* ask again at once */
};

enum status feed_follow(struct sql *sql, const struct follow *follow,
			feed_ask *ask, void *context, struct arena *arena,
			struct feed_progress *progress, struct error *error);

/* Apply changes in the open transaction; what feed_follow and tests share. */
enum status feed_apply(struct sql *sql, const struct follow *follow,
		       Rpc__Change **changes, size_t count,
		       struct arena *arena, struct error *error);

/* The contracts of a feed and of a follow, for the check at start. */
struct binding feed_binding(const struct feed *feed);
struct binding follow_binding(const struct follow *follow, int number);

#endif
