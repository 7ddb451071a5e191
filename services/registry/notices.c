/* notices: from a statement to the notifier and back. */
#include "notifier.pb-c.h"
#include "registry_protection.pb-c.h"
#include "services/registry/notices.h"
#include "services/registry/statements.h"

#define NOTIFIER_TIMEOUT_US CLOCK_SECOND /* other timers wait meanwhile */

static const struct authority timer = TIMER_AUTHORITY("mail_notices");

static Registry__Notices *take(struct sql *sql, struct arena *arena)
{
	struct error error = { STATUS_OK, "", "" };
	ProtobufCMessage *taken = NULL;

	if (sql_begin(sql, &timer, &error) == STATUS_OK)
		sql_call(sql, &statements[STATEMENT_NOTICES_TAKE], NULL, arena,
			 &taken, &error);
	return timer_end(sql, &timer, &error) ? (Registry__Notices *)taken
					      : NULL;
}

/* What the notifier did not take comes again when its lease is over. */
static bool note(struct sql *sql, const Registry__Notices *taken,
		 const struct rpc_result *results, struct arena *arena)
{
	struct error error = { STATUS_OK, "", "" };
	struct sql_request *requests =
		arena_array(arena, taken->n_notices, sizeof(*requests));
	size_t count = 0;

	for (size_t i = 0; i < taken->n_notices; i++)
		if (results[i].error.status == STATUS_OK)
			requests[count++].message = &taken->notices[i]->base;
	if (count < taken->n_notices)
		log_line(LOG_WARN, "the notifier refuses notices", "count",
			 log_int((long long)(taken->n_notices - count)), NULL);
	if (sql_begin(sql, &timer, &error) == STATUS_OK)
		statement_run(sql, STATEMENT_NOTICES_NOTE, count, requests,
			      arena, &error);
	return timer_end(sql, &timer, &error);
}

bool mail_notices(struct service_run *run, struct sql *sql, struct arena *arena)
{
	struct rpc_peer *notifier = service_peer(run, "notifier");
	const struct rpc_options options = { .timeout_us =
						     NOTIFIER_TIMEOUT_US };
	struct error error = { STATUS_OK, "", "" };
	const Registry__Notices *taken;
	struct rpc_result *results;

	if (!notifier || !sql_ready(sql))
		return false;
	taken = take(sql, arena);
	if (!taken || !taken->n_notices)
		return false;
	results = arena_array(arena, taken->n_notices, sizeof(*results));
	if (rpc_call_many(notifier, "SendNotice", taken->n_notices,
			  (ProtobufCMessage **)taken->notices,
			  &rpc__done__descriptor, arena, &options, results,
			  &error) == STATUS_OK)
		return note(sql, taken, results, arena);
	log_line(LOG_WARN, "notices wait for the notifier", "why",
		 status_name(error.status), NULL);
	return false;
}
