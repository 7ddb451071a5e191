/* retention: notices, from a statement to the notifier and back. */
#include "notifier.pb-c.h"
#include "registry_protection.pb-c.h"
#include "services/registry/retention.h"
#include "services/registry/statements.h"

#define NOTIFIER_TIMEOUT_US (5 * CLOCK_SECOND)

static const struct authority timer_authority = { "service", "", "",
						  "mail_stay", "timer" };

static Registry__StayNotices *take(struct sql *sql, struct arena *arena,
				   struct error *error)
{
	ProtobufCMessage *reply = NULL;

	if (sql_begin(sql, &timer_authority, error) == STATUS_OK &&
	    sql_call(sql, &statements[STATEMENT_STAY_TAKE], NULL, arena,
		     &reply, error) == STATUS_OK &&
	    sql_commit(sql, error) == STATUS_OK)
		return (Registry__StayNotices *)reply;
	sql_rollback(sql);
	return NULL;
}

/* The notifier has answered them: taken, or refused for good. */
static bool mark(struct sql *sql, const Registry__StayNotices *taken,
		 struct arena *arena, struct error *error)
{
	size_t count = taken->n_notices;
	struct sql_request *requests =
		arena_array(arena, count, sizeof(*requests));
	struct sql_result *results =
		arena_array(arena, count, sizeof(*results));

	for (size_t i = 0; i < count; i++)
		requests[i].message = &taken->notices[i]->base;
	if (sql_begin(sql, &timer_authority, error) == STATUS_OK &&
	    sql_run(sql, &statements[STATEMENT_STAY_MAILED], count, requests,
		    arena, results, error) == STATUS_OK &&
	    sql_commit(sql, error) == STATUS_OK)
		return true;
	sql_rollback(sql);
	return false;
}

bool mail_stay(struct service_run *run, struct sql *sql, struct arena *arena)
{
	struct rpc_peer *notifier = service_peer(run, "notifier");
	const struct rpc_options options = { .timeout_us =
						     NOTIFIER_TIMEOUT_US };
	struct error error = { STATUS_OK, "", "" };
	const Registry__StayNotices *taken;
	struct rpc_result *results;

	if (!notifier || !sql_ready(sql))
		return false;
	taken = take(sql, arena, &error);
	if (!taken || !taken->n_notices)
		return false;
	results = arena_array(arena, taken->n_notices, sizeof(*results));
	if (rpc_call_many(notifier, "SendNotice", taken->n_notices,
			  (ProtobufCMessage **)taken->notices,
			  &rpc__done__descriptor, arena, &options, results,
			  &error) == STATUS_OK &&
	    mark(sql, taken, arena, &error))
		return true;
	log_line(LOG_WARN, "notices wait for the notifier", "why",
		 status_name(error.status), NULL);
	return false;
}
