/* statements: how timers run them. */
#include "services/registry/statements.h"
#include "services/common/base/log.h"

enum status statement_run(struct sql *sql, int which, size_t count,
			  const struct sql_request *requests,
			  struct arena *arena, struct error *error)
{
	struct sql_result *results;

	if (!count)
		return STATUS_OK;
	results = arena_array(arena, count, sizeof(*results));
	return sql_run(sql, &statements[which], count, requests, arena,
		       results, error);
}

bool timer_end(struct sql *sql, const struct authority *timer,
	       struct error *error)
{
	if (error->status == STATUS_OK && sql_commit(sql, error) == STATUS_OK)
		return true;
	sql_rollback(sql);
	log_line(LOG_WARN, "timer failed", "timer", timer->method, "why",
		 error->message, NULL);
	return false;
}
