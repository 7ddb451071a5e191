/*
 * sql: several statements in one message to the server and back (libpq's
 * pipeline), because on a busy machine each wait for an answer costs more than
 * the statement.
 */
#include "services/common/data/sql_private.h"

static int send_step(struct sql *sql, const struct step *step)
{
	if (step->name)
		return PQsendQueryPrepared(sql->conn, step->name,
					   step->param_count, step->params,
					   NULL, NULL, 0);
	return PQsendQueryParams(sql->conn, step->text, 0, NULL, NULL, NULL,
				 NULL, 0);
}

static bool succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/* The result of one step; the NULL that ends it is read too. */
static PGresult *step_result(struct sql *sql)
{
	PGresult *result = PQgetResult(sql->conn), *more;

	while (result && (more = PQgetResult(sql->conn)))
		PQclear(more);
	return result;
}

PGresult *sql_steps(struct sql *sql, const struct step steps[])
{
	PGresult *kept = NULL;
	bool good = PQenterPipelineMode(sql->conn) == 1;
	int sent = 0;

	while (good && (steps[sent].text || steps[sent].name)) {
		good = send_step(sql, &steps[sent]) == 1;
		sent += good;
	}
	good = good && PQpipelineSync(sql->conn) == 1;
	for (int i = 0; i < sent; i++) {
		PGresult *result = step_result(sql);

		if (kept && !succeeded(kept)) {
			PQclear(result);
			continue;
		}
		PQclear(kept);
		kept = result;
	}
	if (good)
		PQclear(PQgetResult(sql->conn)); /* the sync */
	PQexitPipelineMode(sql->conn);
	return kept;
}

int sql_begin_steps(struct sql *sql, const char *params[AUTHORITY_PARAMS],
		    struct step steps[2])
{
	const struct authority *authority = sql->begin;

	if (!authority)
		return 0;
	sql->begin = NULL;
	params[0] = authority->kind;
	params[1] = authority->person_ids;
	params[2] = authority->grants;
	params[3] = or_empty(authority->method);
	params[4] = or_empty(authority->caller);
	clock_format(clock_now(), sql->now);
	params[5] = sql->now;
	steps[0] = (struct step){ .text = "BEGIN" };
	steps[1] = (struct step){ .name = "authority",
				  .param_count = AUTHORITY_PARAMS,
				  .params = params };
	return 2;
}
