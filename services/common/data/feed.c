/* feed: the owner's side: positions, and the state of what changed. */
#include <string.h>

#include "services/common/data/feed.h"
#include "services/common/data/runtime.h"
#include "runtime_sql.h"

const struct binding runtime_bindings[] = {
	{ &runtime_sequence, NULL, &rpc__feed_head__descriptor, false },
	{ &runtime_head, NULL, &rpc__feed_head__descriptor, false },
	{ &runtime_positions, &rpc__changes_request__descriptor,
	  &rpc__changes_reply__descriptor, false },
	{ &runtime_cursor, &rpc__follow_cursor__descriptor,
	  &rpc__follow_cursor__descriptor, false },
	{ &runtime_advance, &rpc__follow_cursor__descriptor,
	  &rpc__done__descriptor, false },
	{ &runtime_remember, &rpc__seen__descriptor, NULL, false },
	{ &runtime_recall, &rpc__seen__descriptor, &rpc__seen__descriptor,
	  false },
	{ &runtime_forget, &rpc__seen__descriptor, NULL, false },
	{ NULL, NULL, NULL, false },
};

enum status feed_sequence(struct sql *sql, struct arena *arena,
			  Rpc__FeedHead **head, struct error *error)
{
	return sql_call(sql, &runtime_bindings[RUNTIME_SEQUENCE], NULL, arena,
			(ProtobufCMessage **)head, error);
}

enum status feed_head(struct sql *sql, struct arena *arena,
		      Rpc__FeedHead **head, struct error *error)
{
	return sql_call(sql, &runtime_bindings[RUNTIME_HEAD], NULL, arena,
			(ProtobufCMessage **)head, error);
}

struct binding feed_binding(const struct feed *feed)
{
	return (struct binding){ feed->sql, &rpc__feed_key__descriptor,
				 feed->message, false };
}

/* An empty page is one row without a key: it brings the head. */
static void drop_empty(Rpc__ChangesReply *reply)
{
	if (reply->n_changes == 1 && !*reply->changes[0]->key)
		reply->n_changes = 0;
}

static enum status load_entities(struct sql *sql, const struct feed *feed,
				 Rpc__ChangesReply *reply, struct arena *arena,
				 struct error *error)
{
	size_t count = reply->n_changes;
	struct sql_request *requests =
		arena_array(arena, count, sizeof(*requests));
	struct sql_result *results = arena_array(arena, count, sizeof(*results));
	struct binding binding = feed_binding(feed);

	for (size_t i = 0; i < count; i++) {
		Rpc__FeedKey *key = (Rpc__FeedKey *)message_new(
			arena, &rpc__feed_key__descriptor);

		key->entity_id = reply->changes[i]->key;
		requests[i] = (struct sql_request){ .message = &key->base };
	}
	if (sql_run(sql, &binding, count, requests, arena, results, error) !=
	    STATUS_OK)
		return error->status;
	for (size_t i = 0; i < count; i++) {
		Rpc__Change *change = reply->changes[i];

		change->deleted = results[i].error.status != STATUS_OK;
		if (!change->deleted)
			change->entity.data = message_encode(
				arena, results[i].reply, &change->entity.len);
	}
	return STATUS_OK;
}

enum status feed_changes(struct sql *sql, const struct feed *feed,
			 const Rpc__ChangesRequest *request,
			 struct arena *arena, Rpc__ChangesReply **reply,
			 struct error *error)
{
	enum status status =
		sql_call(sql, &runtime_bindings[RUNTIME_POSITIONS],
			 &request->base, arena, (ProtobufCMessage **)reply,
			 error);

	if (status != STATUS_OK)
		return status;
	drop_empty(*reply);
	if (!(*reply)->n_changes)
		return STATUS_OK;
	return load_entities(sql, feed, *reply, arena, error);
}
