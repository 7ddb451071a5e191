/* dispatch: from envelopes to groups and back to replies. */
#include <string.h>

#include "services/common/base/log.h"
#include "services/common/base/text.h"
#include "services/common/run/authority.h"
#include "services/common/run/dispatch.h"
#include "services/common/run/private.h"
#include "services/common/wire/digest.h"

/* One message of an envelope. */
struct item {
	struct call call;
	struct error error;           /* why it takes no part */
	struct group_call *in_group;  /* NULL: takes no part */
};

/* One envelope being worked on. */
struct work {
	struct envelope *envelope;
	struct asker asker;
	struct item *items;
	size_t count;
	bool done; /* refused, or its group has run */
};

Rpc__Reply *dispatch_refuse(struct arena *arena, enum status status,
			    const char *message, const char *field)
{
	Rpc__Reply *reply =
		(Rpc__Reply *)message_new(arena, &rpc__reply__descriptor);

	reply->status = (Rpc__Status)status;
	reply->message = arena_strdup(arena, message);
	reply->field = arena_strdup(arena, field);
	return reply;
}

enum status call_fail(struct call *call, enum status status,
		      const char *message, const char *field)
{
	return error_set(&call->error, status, message, field);
}

enum status dispatch_code(struct sql *sql, struct group_call *group_call,
			  struct arena *arena, struct error *error)
{
	struct call *call = group_call->context;
	enum status status;

	(void)arena;
	call->sql = sql;
	call->error = (struct error){ STATUS_OK, "", "" };
	status = call->method->run(call);
	call->sql = NULL;
	if (status == STATUS_OK) {
		group_call->result =
			(struct sql_result){ call->error, call->reply };
		return STATUS_OK;
	}
	return error_set(error, status, call->error.message,
			 call->error.field);
}

static enum status check_self(const struct work *work, const struct plan *plan,
			      const struct call *call, struct error *error)
{
	const char *person;

	if (!work->asker.self)
		return STATUS_OK;
	person = field_get(call->arena, call->request, plan->self);
	if (person && !strcmp(person, work->asker.credential->person_id))
		return STATUS_OK;
	return error_set(error, STATUS_FORBIDDEN,
			 "You may do this only for yourself.",
			 plan->self->name);
}

static enum status prepare_item(struct service_run *run, struct work *work,
				struct item *item, const ProtobufCBinaryData *body,
				struct arena *arena)
{
	const struct plan *plan = work->envelope->plan;
	struct call *call = &item->call;

	*call = (struct call){ .run = run, .arena = arena,
			       .method = plan->method,
			       .caller = work->envelope->caller,
			       .credential = work->asker.credential };
	if (message_decode(arena, plan->input, body->data, body->len,
			   &call->request, &item->error) != STATUS_OK ||
	    message_check(arena, call->request, &item->error) != STATUS_OK ||
	    check_self(work, plan, call, &item->error) != STATUS_OK)
		return item->error.status;
	if (plan->method->check && plan->method->check(call) != STATUS_OK)
		item->error = call->error;
	return item->error.status;
}

static void refuse_work(struct work *work, struct arena *arena,
			const struct error *error)
{
	work->done = true;
	work->envelope->reply = dispatch_refuse(arena, error->status,
						error->message, error->field);
}

static void prepare_work(struct service_run *run, struct work *work,
			 struct arena *arena)
{
	const Rpc__Request *request = work->envelope->request;
	struct error error = { STATUS_OK, "", "" };

	if (request->deadline_at_us && request->deadline_at_us < clock_wall())
		error_set(&error, STATUS_DEADLINE,
			  "The deadline had passed before it was its turn; "
			  "nothing was done.", "");
	else if (!request->n_body || request->n_body > GROUP_CALLS_MAX)
		error_set(&error, STATUS_INVALID,
			  "An envelope holds 1 to 2048 messages.", "body");
	else
		authority_ask(run, work->envelope, arena, &work->asker, &error);
	if (error.status != STATUS_OK) {
		refuse_work(work, arena, &error);
		return;
	}
	work->count = request->n_body;
	work->items = arena_array(arena, work->count, sizeof(*work->items));
	for (size_t i = 0; i < work->count; i++) {
		work->items[i].error = (struct error){ STATUS_OK, "", "" };
		prepare_item(run, work, &work->items[i], &request->body[i],
			     arena);
	}
}

static void body_hash(const Rpc__Request *request, struct arena *arena,
		      uint8_t hash[DIGEST_BYTES])
{
	struct text text = text_new(arena);

	if (request->n_body == 1) {
		digest_bytes(request->body[0].data, request->body[0].len, hash);
		return;
	}
	for (size_t i = 0; i < request->n_body; i++) {
		uint8_t each[DIGEST_BYTES];

		digest_bytes(request->body[i].data, request->body[i].len, each);
		text_add_bytes(&text, each, sizeof(each));
	}
	digest_bytes(text.bytes, text.length, hash);
}

static void fill_envelope(struct work *work, struct group_envelope *out,
			  struct arena *arena)
{
	*out = (struct group_envelope){ .caller = work->envelope->caller,
					.error = { STATUS_OK, "", "" },
					.context = work };
	out->deadline_at_us = work->envelope->request->deadline_at_us;
	memcpy(out->request_id, work->envelope->request_id, ID_BYTES);
	if (work->envelope->plan->method->write)
		body_hash(work->envelope->request, arena, out->body_hash);
	out->calls = arena_array(arena, work->count, sizeof(*out->calls));
	for (size_t i = 0; i < work->count; i++) {
		struct item *item = &work->items[i];
		struct group_call *call = &out->calls[out->count];

		if (item->error.status != STATUS_OK)
			continue;
		call->request.message = item->call.request;
		call->request.principal_person_id =
			work->asker.credential ? work->asker.credential->person_id : "";
		call->context = &item->call;
		item->in_group = call;
		out->count++;
	}
}

static void fill_result(const struct item *item, struct arena *arena,
			Rpc__Result *result)
{
	const struct error *error = &item->error;
	const ProtobufCMessage *reply = NULL;

	if (item->in_group) {
		error = &item->in_group->result.error;
		reply = item->in_group->result.reply;
	}
	result->status = (Rpc__Status)error->status;
	result->message = arena_strdup(arena, error->message);
	result->field = arena_strdup(arena, error->field);
	if (reply)
		result->body.data =
			message_encode(arena, reply, &result->body.len);
}

static Rpc__Reply *make_reply(const struct work *work, struct arena *arena)
{
	Rpc__Reply *reply =
		(Rpc__Reply *)message_new(arena, &rpc__reply__descriptor);
	Rpc__Result *results;

	reply->results = arena_array(arena, work->count,
				     sizeof(*reply->results));
	results = arena_array(arena, work->count, sizeof(*results));
	reply->n_results = work->count;
	for (size_t i = 0; i < work->count; i++) {
		rpc__result__init(&results[i]);
		fill_result(&work->items[i], arena, &results[i]);
		reply->results[i] = &results[i];
	}
	return reply;
}

static void *pack_reply(struct arena *arena,
			const struct group_envelope *envelope, size_t *length)
{
	struct work *work = envelope->context;

	work->envelope->reply = make_reply(work, arena);
	return message_encode(arena, &work->envelope->reply->base, length);
}

static void finish_work(struct work *work, const struct group_envelope *group,
			struct arena *arena)
{
	struct error error;
	ProtobufCMessage *recorded = NULL;

	work->done = true;
	if (group->recorded &&
	    message_decode(arena, &rpc__reply__descriptor, group->recorded,
			   group->recorded_length, &recorded, &error) ==
		    STATUS_OK) {
		work->envelope->reply = (Rpc__Reply *)recorded;
		return;
	}
	if (group->error.status != STATUS_OK) {
		refuse_work(work, arena, &group->error);
		return;
	}
	work->envelope->reply = make_reply(work, arena);
}

static void run_group(struct sql *sql, struct arena *arena,
		      struct work *const works[], size_t count)
{
	struct plan *plan = works[0]->envelope->plan;
	struct group_envelope *envelopes =
		arena_array(arena, count, sizeof(*envelopes));
	const struct asker **askers =
		arena_array(arena, count, sizeof(*askers));
	struct authority authority;

	for (size_t i = 0; i < count; i++) {
		fill_envelope(works[i], &envelopes[i], arena);
		askers[i] = &works[i]->asker;
	}
	authority = authority_of(plan->method, askers, count, arena);
	atomic_fetch_add(&plan->stats.groups,
			 group_run(sql, &plan->group, &authority, arena,
				   envelopes, count, pack_reply));
	for (size_t i = 0; i < count; i++)
		finish_work(works[i], &envelopes[i], arena);
}

static bool failed(const Rpc__Reply *reply)
{
	for (size_t i = 0; i < reply->n_results; i++)
		if (reply->results[i]->status != RPC__STATUS__OK)
			return true;
	return reply->status != RPC__STATUS__OK;
}

/* The line says the first failure, without its message: that may hold what a
 * member wrote. */
static void log_envelope(const struct envelope *envelope, size_t group)
{
	const Rpc__Reply *reply = envelope->reply;
	int64_t us = clock_monotonic() - envelope->arrived_us;
	enum status status = (enum status)reply->status;
	const char *field = reply->field;
	char id[ID_TEXT];

	for (size_t i = 0; i < reply->n_results && status == STATUS_OK; i++) {
		status = (enum status)reply->results[i]->status;
		field = reply->results[i]->field;
	}
	plan_count(envelope->plan, failed(reply), us);
	id_format(envelope->request_id, id);
	log_line(LOG_INFO, "call", "method", envelope->plan->method->name,
		 "from", envelope->caller, "status", status_name(status),
		 "field", field, "us", log_int(us), "messages",
		 log_int((long long)envelope->request->n_body), "group",
		 log_int((long long)group), "id", id, "trace",
		 envelope->request->trace, NULL);
}

void dispatch(struct service_run *run, struct sql *sql, struct arena *arena,
	      struct envelope *const envelopes[], size_t count)
{
	struct work *works = arena_array(arena, count, sizeof(*works));
	struct work **group = arena_array(arena, count, sizeof(*group));

	for (size_t i = 0; i < count; i++) {
		works[i].envelope = envelopes[i];
		prepare_work(run, &works[i], arena);
	}
	for (size_t i = 0; i < count; i++) {
		size_t members = 0;

		for (size_t j = i; !works[i].done && j < count; j++)
			if (!works[j].done &&
			    authority_same(&works[i].asker, &works[j].asker))
				group[members++] = &works[j];
		if (members)
			run_group(sql, arena, group, members);
	}
	for (size_t i = 0; i < count; i++)
		log_envelope(envelopes[i], count);
}
