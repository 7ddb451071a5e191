/* group: rounds, halving, one commit, and what is remembered. */
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/data/group.h"
#include "services/common/data/runtime.h"

#define ATTEMPTS 4

struct group {
	struct sql *sql;
	const struct group_plan *plan;
	const struct authority *authority;
	struct arena *arena;
	struct group_envelope *envelopes;
	size_t count;
	group_pack *pack;
	struct group_call **calls; /* of the envelopes that take part */
	size_t call_count;
	unsigned *rounds;          /* the round of each call */
	unsigned round_count;
	bool careful;              /* a savepoint before each part */
	int transactions;
	bool uncertain;            /* an attempt was perhaps committed */
};

/* ---- rounds ---- */

struct key_count {
	const char *key;
	unsigned count;
};

static unsigned next_round(struct key_count *table, size_t mask,
			   const char *key)
{
	size_t place = 5381;

	for (const char *c = key; *c; c++)
		place = place * 33 + (unsigned char)*c;
	for (place &= mask; table[place].key && strcmp(table[place].key, key);)
		place = (place + 1) & mask;
	table[place].key = key;
	return table[place].count++;
}

/* The nth call with a key runs in round n; without keys there is one round. */
static void assign_rounds(struct group *group)
{
	const field_type *key = group->plan->key;
	size_t mask = 1;
	struct key_count *table;

	group->round_count = 1;
	group->rounds = arena_array(group->arena, group->call_count + 1,
				    sizeof(*group->rounds));
	if (!key)
		return;
	while (mask < group->call_count * 2)
		mask *= 2;
	table = arena_array(group->arena, mask, sizeof(*table));
	for (size_t i = 0; i < group->call_count; i++) {
		const char *value = field_get(
			group->arena, group->calls[i]->request.message, key);

		if (!value || !*value)
			continue;
		group->rounds[i] = next_round(table, mask - 1, value);
		if (group->rounds[i] >= group->round_count)
			group->round_count = group->rounds[i] + 1;
	}
}

static size_t take_round(struct group *group, unsigned round,
			 struct group_call **part)
{
	size_t count = 0;

	for (size_t i = 0; i < group->call_count; i++)
		if (group->rounds[i] == round)
			part[count++] = group->calls[i];
	return count;
}

/* ---- a part: some calls in one statement ---- */

static enum status run_statements(struct group *group,
				  struct group_call **part, size_t count,
				  struct error *error)
{
	struct sql_request *requests =
		arena_array(group->arena, count, sizeof(*requests));
	struct sql_result *results =
		arena_array(group->arena, count, sizeof(*results));
	const struct binding *binding = group->plan->bindings;

	for (size_t i = 0; i < count; i++)
		requests[i] = part[i]->request;
	for (; binding->statement; binding++)
		if (sql_run(group->sql, binding, count, requests, group->arena,
			    results, error) != STATUS_OK)
			return error->status;
	for (size_t i = 0; i < count; i++)
		part[i]->result = results[i];
	return STATUS_OK;
}

static enum status run_code(struct group *group, struct group_call **part,
			    size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		part[i]->result.error = (struct error){ STATUS_OK, "", "" };
		if (group->plan->run(group->sql, part[i], group->arena,
				     error) != STATUS_OK)
			return error->status;
	}
	return STATUS_OK;
}

/* Of the whole transaction, not of one call. */
static bool ends_transaction(enum status status)
{
	return status == STATUS_UNAVAILABLE || status == STATUS_UNCERTAIN;
}

static enum status run_part(struct group *group, struct group_call **part,
			    size_t count, struct error *error)
{
	enum status status;

	if (!count)
		return STATUS_OK;
	if (group->careful && !sql_savepoint(group->sql))
		return error_set(error, STATUS_UNAVAILABLE,
				 "The database went away; try again.", "");
	status = group->plan->run ? run_code(group, part, count, error)
				  : run_statements(group, part, count, error);
	if (status == STATUS_OK || !group->careful || ends_transaction(status))
		return status;
	if (!sql_rollback_to_savepoint(group->sql))
		return error_set(error, STATUS_UNAVAILABLE,
				 "The database went away; try again.", "");
	if (count == 1) {
		part[0]->result = (struct sql_result){ *error, NULL };
		return STATUS_OK;
	}
	status = run_part(group, part, count / 2, error);
	if (status != STATUS_OK)
		return status;
	return run_part(group, part + count / 2, count - count / 2, error);
}

/* ---- what is remembered ---- */

static bool any_effect(const struct group_envelope *envelope)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (envelope->calls[i].result.error.status == STATUS_OK)
			return true;
	return false;
}

static struct sql_request seen_request(struct group *group,
				       const struct group_envelope *envelope)
{
	ProtobufCMessage *message =
		message_new(group->arena, &rpc__seen__descriptor);
	Rpc__Seen *seen = (Rpc__Seen *)message;

	seen->request_id = arena_alloc(group->arena, ID_TEXT);
	id_format(envelope->request_id, seen->request_id);
	seen->caller = (char *)(uintptr_t)envelope->caller;
	seen->body_hash.len = sizeof(envelope->body_hash);
	seen->body_hash.data = (uint8_t *)(uintptr_t)envelope->body_hash;
	return (struct sql_request){ .message = message };
}

/* The envelopes a predicate chooses, as rows of a statement. */
typedef bool choose(const struct group_envelope *envelope);

static size_t collect(struct group *group, choose *chosen,
		      struct group_envelope **picked,
		      struct sql_request *requests)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct group_envelope *envelope = &group->envelopes[i];

		if (envelope->left_out || !chosen(envelope))
			continue;
		requests[count] = seen_request(group, envelope);
		picked[count++] = envelope;
	}
	return count;
}

/* Remember what has an effect, and commit. CONFLICT when one of them was
 * executed before. */
static enum status remember_and_commit(struct group *group,
				       struct error *error)
{
	struct sql_request *requests =
		arena_array(group->arena, group->count, sizeof(*requests));
	struct group_envelope **picked =
		arena_array(group->arena, group->count, sizeof(*picked));
	size_t count = collect(group, any_effect, picked, requests);

	if (!count)
		return sql_commit(group->sql, error);
	for (size_t i = 0; i < count; i++) {
		Rpc__Seen *seen =
			(Rpc__Seen *)(uintptr_t)requests[i].message;

		seen->reply.data = group->pack(group->arena, picked[i],
					       &seen->reply.len);
	}
	return sql_run_and_commit(group->sql,
				  &runtime_bindings[RUNTIME_REMEMBER], count,
				  requests, group->arena, error);
}

static void use_recorded(struct group_envelope *envelope, const Rpc__Seen *seen)
{
	bool same = !strcmp(seen->caller, envelope->caller) &&
		    seen->body_hash.len == sizeof(envelope->body_hash) &&
		    !memcmp(seen->body_hash.data, envelope->body_hash,
			    sizeof(envelope->body_hash));

	envelope->left_out = true;
	if (same) {
		envelope->recorded = seen->reply.data;
		envelope->recorded_length = seen->reply.len;
		return;
	}
	error_set(&envelope->error, STATUS_CONFLICT,
		  "This request id was used for another request.", "");
}

/* Answer what was executed before from the record. */
static void recall_all(struct group *group, choose *chosen)
{
	struct sql_request *requests =
		arena_array(group->arena, group->count, sizeof(*requests));
	struct sql_result *results =
		arena_array(group->arena, group->count, sizeof(*results));
	struct group_envelope **picked =
		arena_array(group->arena, group->count, sizeof(*picked));
	size_t count = collect(group, chosen, picked, requests);
	struct error error;

	if (!count || sql_run(group->sql, &runtime_bindings[RUNTIME_RECALL],
			      count, requests,
			      group->arena, results, &error) != STATUS_OK)
		return;
	for (size_t i = 0; i < count; i++)
		if (results[i].error.status == STATUS_OK)
			use_recorded(picked[i],
				     (const Rpc__Seen *)results[i].reply);
}

/* ---- the transaction ---- */

static void gather_calls(struct group *group)
{
	group->call_count = 0;
	for (size_t i = 0; i < group->count; i++) {
		struct group_envelope *envelope = &group->envelopes[i];

		for (size_t j = 0; !envelope->left_out && j < envelope->count;
		     j++)
			group->calls[group->call_count++] =
				&envelope->calls[j];
	}
}

/* A process that was stopped wakes in the middle of an attempt, finds its
 * transaction gone and tries again: not what nobody waits for any more. */
static void leave_expired(struct group *group)
{
	int64_t now = clock_wall();

	for (size_t i = 0; i < group->count; i++) {
		struct group_envelope *envelope = &group->envelopes[i];

		if (envelope->left_out || !envelope->deadline_at_us ||
		    envelope->deadline_at_us >= now)
			continue;
		envelope->left_out = true;
		error_set(&envelope->error,
			  group->uncertain ? STATUS_UNCERTAIN : STATUS_DEADLINE,
			  "The deadline had passed before it was its turn.",
			  "");
	}
}

static enum status attempt(struct group *group, struct error *error)
{
	struct group_call **part;
	enum status status = STATUS_OK;

	leave_expired(group);
	gather_calls(group);
	if (!group->call_count)
		return STATUS_OK;
	assign_rounds(group);
	part = arena_array(group->arena, group->call_count, sizeof(*part));
	group->transactions++;
	if (sql_begin(group->sql, group->authority, error) != STATUS_OK)
		return error->status;
	for (unsigned round = 0;
	     status == STATUS_OK && round < group->round_count; round++)
		status = run_part(group, part, take_round(group, round, part),
				  error);
	if (status == STATUS_OK)
		return group->plan->write ? remember_and_commit(group, error)
					  : sql_commit(group->sql, error);
	sql_rollback(group->sql);
	return status;
}

static bool any_envelope(const struct group_envelope *envelope)
{
	(void)envelope;
	return true;
}

static bool without_effect(const struct group_envelope *envelope)
{
	return !any_effect(envelope);
}

static size_t total_calls(const struct group *group)
{
	size_t total = 0;

	for (size_t i = 0; i < group->count; i++)
		total += group->envelopes[i].count;
	return total;
}

int group_run(struct sql *sql, const struct group_plan *plan,
	      const struct authority *authority, struct arena *arena,
	      struct group_envelope envelopes[], size_t count,
	      group_pack *pack)
{
	struct group group = { .sql = sql, .plan = plan,
			       .authority = authority, .arena = arena,
			       .envelopes = envelopes, .count = count,
			       .pack = pack };
	struct error error = { STATUS_OK, "", "" };
	enum status status = STATUS_INTERNAL;

	group.calls = arena_array(arena, total_calls(&group) + 1,
				  sizeof(*group.calls));
	for (int i = 0; i < ATTEMPTS; i++) {
		status = attempt(&group, &error);
		if (status == STATUS_OK)
			break;
		group.uncertain |= status == STATUS_UNCERTAIN;
		/* Executed before, or its commit is uncertain: the record
		 * knows. Anything else is tried with savepoints. */
		if (plan->write && (status == STATUS_CONFLICT ||
				    status == STATUS_UNCERTAIN))
			recall_all(&group, any_envelope);
		if (!ends_transaction(status))
			group.careful = true;
	}
	if (status == STATUS_OK && plan->write)
		recall_all(&group, without_effect);
	/* UNAVAILABLE would say that nothing was done. */
	if (group.uncertain && status == STATUS_UNAVAILABLE)
		error.status = STATUS_UNCERTAIN;
	for (size_t i = 0; status != STATUS_OK && i < count; i++)
		if (!envelopes[i].left_out)
			envelopes[i].error = error;
	return group.transactions;
}
