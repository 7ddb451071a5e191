/* feed: the follower's side: one batch, one transaction. */
#include <string.h>

#include "services/common/data/feed.h"
#include "services/common/data/runtime.h"

struct binding follow_binding(const struct follow *follow, int number)
{
	return (struct binding){ follow->sql[number], follow->message, NULL,
				 true };
}

static enum status decode_change(const struct follow *follow,
				 const Rpc__Change *change,
				 struct arena *arena,
				 struct sql_request *request,
				 struct error *error)
{
	ProtobufCMessage *entity = NULL;

	if (!change->deleted &&
	    message_decode(arena, follow->message, change->entity.data,
			   change->entity.len, &entity, error) != STATUS_OK)
		return error->status;
	*request = (struct sql_request){
		.message = entity ? entity
				  : message_new(arena, follow->message),
		.change_key = change->key,
		.change_seq = change->seq,
		.change_deleted = change->deleted,
	};
	return STATUS_OK;
}

enum status feed_apply(struct sql *sql, const struct follow *follow,
		       Rpc__Change **changes, size_t count,
		       struct arena *arena, struct error *error)
{
	struct sql_request *requests =
		arena_array(arena, count, sizeof(*requests));
	struct sql_result *results = arena_array(arena, count, sizeof(*results));

	for (size_t i = 0; i < count; i++)
		if (decode_change(follow, changes[i], arena, &requests[i],
				  error) != STATUS_OK)
			return error->status;
	for (int i = 0; i < FOLLOW_STATEMENTS && follow->sql[i]; i++) {
		struct binding binding = follow_binding(follow, i);

		if (sql_run(sql, &binding, count, requests, arena, results,
			    error) != STATUS_OK)
			return error->status;
	}
	return STATUS_OK;
}

static Rpc__FollowCursor *new_cursor(const struct follow *follow,
				     struct arena *arena)
{
	Rpc__FollowCursor *cursor = (Rpc__FollowCursor *)message_new(
		arena, &rpc__follow_cursor__descriptor);

	cursor->service = arena_strdup(arena, follow->service);
	cursor->feed = arena_strdup(arena, follow->feed);
	return cursor;
}

static enum status move_cursor(struct sql *sql, Rpc__FollowCursor *cursor,
			       const Rpc__ChangesReply *reply,
			       struct arena *arena, struct error *error)
{
	bool full = reply->n_changes == FEED_BATCH;

	cursor->epoch_id = reply->epoch_id;
	cursor->seq = full ? reply->changes[reply->n_changes - 1]->seq
			   : reply->head_seq;
	return sql_call(sql, &runtime_bindings[RUNTIME_ADVANCE], &cursor->base,
			arena, NULL, error);
}

static enum status ask_and_apply(struct sql *sql, const struct follow *follow,
				 feed_ask *ask, void *context,
				 Rpc__FollowCursor *cursor, struct arena *arena,
				 struct feed_progress *progress,
				 struct error *error)
{
	Rpc__ChangesRequest request = RPC__CHANGES_REQUEST__INIT;
	Rpc__ChangesReply *reply;
	bool moved;

	request.feed = cursor->feed;
	request.epoch_id = cursor->epoch_id;
	request.after_seq = cursor->seq;
	request.limit = FEED_BATCH;
	if (ask(context, &request, arena, &reply, error) != STATUS_OK)
		return error->status;
	if (reply->n_changes &&
	    feed_apply(sql, follow, reply->changes, reply->n_changes, arena,
		       error) != STATUS_OK)
		return error->status;
	moved = reply->head_seq != cursor->seq ||
		strcmp(reply->epoch_id, cursor->epoch_id) != 0;
	if (moved && move_cursor(sql, cursor, reply, arena, error) !=
			     STATUS_OK)
		return error->status;
	progress->applied = (int)reply->n_changes;
	progress->head_seq = reply->head_seq;
	progress->seq = cursor->seq;
	progress->more = reply->n_changes == FEED_BATCH;
	return STATUS_OK;
}

enum status feed_follow(struct sql *sql, const struct follow *follow,
			feed_ask *ask, void *context, struct arena *arena,
			struct feed_progress *progress, struct error *error)
{
	Rpc__FollowCursor *cursor = new_cursor(follow, arena);
	const struct authority authority = { "service", "", "", follow->feed,
					     follow->service };
	enum status status;

	*progress = (struct feed_progress){ .applied = -1 };
	status = sql_begin(sql, &authority, error);
	if (status != STATUS_OK)
		return status;
	status = sql_call(sql, &runtime_bindings[RUNTIME_CURSOR],
			  &cursor->base, arena, (ProtobufCMessage **)&cursor,
			  error);
	if (status == STATUS_OK)
		status = ask_and_apply(sql, follow, ask, context, cursor, arena,
				       progress, error);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK; /* another replica's turn */
	if (status == STATUS_OK)
		return sql_commit(sql, error);
	sql_rollback(sql);
	return status;
}
