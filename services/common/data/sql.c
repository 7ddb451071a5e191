/* sql: connection, transaction, authority, and what errors mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/base/log.h"
#include "services/common/data/sql_private.h"

#define CONNECTION_ARENA 16384
#define IDLE_LIMIT_MS 5000 /* a follower asks others in its transaction */

struct sql *sql_open(const char *url, const char *application_name)
{
	struct sql *sql = calloc(1, sizeof(*sql));

	if (!sql)
		log_fatal("out of memory", NULL);
	sql->url = url;
	snprintf(sql->application_name, sizeof(sql->application_name), "%s",
		 application_name);
	sql->schema = "public";
	sql->idle_limit_ms = IDLE_LIMIT_MS;
	sql->arena = arena_new(CONNECTION_ARENA);
	return sql;
}

static void disconnect(struct sql *sql)
{
	if (sql->conn)
		PQfinish(sql->conn);
	sql->conn = NULL;
	sql->in_transaction = false;
	sql->begin = NULL;
	sql->prepared_count = 0;
	memset(sql->prepared, 0, sizeof(sql->prepared));
	sql->rules = NULL;
	sql->rule_count = 0;
	arena_reset(sql->arena);
}

void sql_close(struct sql *sql)
{
	if (!sql)
		return;
	disconnect(sql);
	arena_free(sql->arena);
	free(sql);
}

void sql_schema(struct sql *sql, const char *schema)
{
	sql->schema = schema;
}

void sql_keep_plans(struct sql *sql)
{
	sql->keep_plans = true;
}

void sql_idle_limit(struct sql *sql, int milliseconds)
{
	sql->idle_limit_ms = milliseconds;
}

/* "field: Sentence." as COMMENT ON CONSTRAINT or INDEX gives it. */
static void add_rule(void *context, int columns, const char *const values[])
{
	struct sql *sql = context;
	struct rule *rule = &sql->rules[sql->rule_count++];
	const char *colon = strstr(values[1], ": ");

	(void)columns;
	rule->constraint = arena_strdup(sql->arena, values[0]);
	rule->field = colon ? arena_copy(sql->arena, values[1],
					 (size_t)(colon - values[1]))
			    : "";
	rule->message = arena_strdup(sql->arena, colon ? colon + 2 : values[1]);
}

static void count_rules(void *context, int columns, const char *const values[])
{
	(void)columns;
	*(size_t *)context = strtoul(values[0], NULL, 10);
}

static const char rules_text[] =
	"SELECT name, comment FROM ("
	" SELECT conname::text AS name, obj_description(oid, 'pg_constraint')"
	"  AS comment FROM pg_constraint"
	"  WHERE connamespace = to_regnamespace($1)"
	" UNION ALL SELECT relname::text, obj_description(oid, 'pg_class')"
	"  FROM pg_class WHERE relkind = 'i'"
	"  AND relnamespace = to_regnamespace($1)"
	") r WHERE comment IS NOT NULL";

static bool load_rules(struct sql *sql)
{
	const char *values[] = { sql->schema };
	const char *count_text = arena_printf(
		sql->arena, "SELECT count(*) FROM (%s) c", rules_text);
	size_t count = 0;

	if (sql_text(sql, count_text, 1, values, count_rules, &count, NULL) !=
	    STATUS_OK)
		return false;
	sql->rules = arena_array(sql->arena, count, sizeof(*sql->rules));
	return sql_text(sql, rules_text, 1, values, add_rule, sql, NULL) ==
	       STATUS_OK;
}

/* Notices tell a person at psql something; a service has nobody to tell. */
static void ignore_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

/* A plan is made for each execution: one made for a single request, or while a
 * table was small, would be ruinous for a thousand. It costs 0.1 ms, some tens
 * of ms for the largest statements, which a group shares. */
static bool set_session(struct sql *sql)
{
	struct text text = text_new(sql->arena);
	PGresult *result;
	bool ok;

	text_printf(&text,
		    "SET search_path = \"%s\", public; SET TimeZone = 'UTC';"
		    "SET DateStyle = 'ISO, YMD'; SET bytea_output = 'hex';"
		    "SET extra_float_digits = 1;"
		    "SET plan_cache_mode = %s;"
		    /* What is never analysed looks small, and a plan that is
		     * kept may be as old as the empty table: neither may
		     * lead to reading whole tables. */
		    "SET jit = off; SET enable_seqscan = off;"
		    "PREPARE authority AS SELECT"
		    " set_config('echo.authority', $1, true),"
		    " set_config('echo.person_ids', $2, true),"
		    " set_config('echo.grants', $3, true),"
		    " set_config('echo.method', $4, true),"
		    " set_config('echo.caller', $5, true),"
		    " set_config('echo.now', $6, true);"
		    "SET idle_in_transaction_session_timeout = %d",
		    sql->schema,
		    sql->keep_plans ? "force_generic_plan;"
				      "SET enable_hashjoin = off;"
				      "SET enable_mergejoin = off"
				    : "force_custom_plan",
		    sql->idle_limit_ms);
	result = PQexec(sql->conn, text.bytes);
	ok = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return ok && load_rules(sql);
}

static bool connect_now(struct sql *sql)
{
	const char *const keys[] = { "dbname", "fallback_application_name",
				     "connect_timeout", "tcp_user_timeout",
				     "keepalives_idle", "keepalives_interval",
				     "keepalives_count", "client_encoding",
				     NULL };
	const char *const values[] = { sql->url, sql->application_name, "3",
				       "5000", "5", "2", "3", "UTF8", NULL };

	disconnect(sql);
	sql->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(sql->conn) == CONNECTION_OK) {
		PQsetNoticeReceiver(sql->conn, ignore_notice, NULL);
		if (set_session(sql))
			return true;
	}
	log_line(LOG_WARN, "database unreachable", "detail",
		 PQerrorMessage(sql->conn), NULL);
	disconnect(sql);
	return false;
}

bool sql_ready(struct sql *sql)
{
	if (sql->conn && PQstatus(sql->conn) == CONNECTION_OK)
		return true;
	return connect_now(sql);
}

static const struct rule *find_rule(const struct sql *sql, const char *name)
{
	for (size_t i = 0; name && i < sql->rule_count; i++)
		if (!strcmp(sql->rules[i].constraint, name))
			return &sql->rules[i];
	return NULL;
}

enum status sql_failure(struct sql *sql, const PGresult *result,
			const char *where, struct arena *arena,
			struct error *error)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *primary =
		PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const struct rule *rule = find_rule(
		sql, PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
	enum status status;

	if (!state || PQstatus(sql->conn) != CONNECTION_OK) {
		log_line(LOG_WARN, "database connection lost", "where", where,
			 "detail", PQerrorMessage(sql->conn), NULL);
		return error_set(error, STATUS_UNAVAILABLE,
				 "The database does not answer; try again "
				 "in a moment.", "");
	}
	status = status_of_sqlstate(state);
	if (status == STATUS_INTERNAL) {
		log_line(LOG_ERROR, "statement failed", "where", where,
			 "sqlstate", state, "detail", or_empty(primary), NULL);
		return error_set(error, status,
				 "Something went wrong on our side; the log "
				 "has the details.", "");
	}
	if (rule)
		return error_set(error, status, rule->message, rule->field);
	if (status == STATUS_FORBIDDEN) /* row-level security, in its words */
		return error_set(error, status,
				 "This is for the staff of its own hub or "
				 "network; ask them.", "");
	if (!arena) { /* the result goes before the error is read */
		snprintf(sql->sqlstate, sizeof(sql->sqlstate), "%s", state);
		return error_set(error, status, sql->sqlstate, "");
	}
	return error_set(error, status,
			 arena_strdup(arena, or_empty(primary)),
			 arena_strdup(arena, or_empty(PQresultErrorField(
					result, PG_DIAG_COLUMN_NAME))));
}

/* What is not a statement with a contract needs its transaction first; if that
 * fails, so does what follows. */
static void begin_now(struct sql *sql)
{
	const char *params[AUTHORITY_PARAMS];
	struct step steps[3] = { 0 };

	sql_begin_steps(sql, params, steps);
	PQclear(sql_steps(sql, steps));
}

enum status sql_text(struct sql *sql, const char *text, int count,
		     const char *const values[], sql_row *row, void *context,
		     struct error *error)
{
	PGresult *result;
	enum status status = STATUS_OK;

	if (!sql->conn)
		return error_set(error, STATUS_UNAVAILABLE,
				 "The database is away.", "");
	if (sql->begin)
		begin_now(sql);
	result = count || row ? PQexecParams(sql->conn, text, count, NULL,
					     values, NULL, NULL, 0)
			      : PQexec(sql->conn, text);
	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
	    PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_EMPTY_QUERY)
		status = sql_failure(sql, result, "runtime", NULL, error);
	for (int i = 0; row && status == STATUS_OK && i < PQntuples(result);
	     i++) {
		const char *columns[16];
		int width = PQnfields(result) < 16 ? PQnfields(result) : 16;

		for (int j = 0; j < width; j++)
			columns[j] = PQgetisnull(result, i, j)
					     ? NULL
					     : PQgetvalue(result, i, j);
		row(context, width, columns);
	}
	PQclear(result);
	return status;
}

static bool command(struct sql *sql, const char *text)
{
	return sql_text(sql, text, 0, NULL, NULL, NULL, NULL) == STATUS_OK;
}

/* The settings are transaction-local, so that no group can inherit the
 * authority of the one before it. */
enum status sql_begin(struct sql *sql, const struct authority *authority,
		      struct error *error)
{
	if (!sql_ready(sql))
		return error_set(error, STATUS_UNAVAILABLE,
				 "The database does not answer; try again in a "
				 "moment.", "");
	sql->in_transaction = true;
	sql->begin = authority;
	return STATUS_OK;
}

/* What became of a COMMIT that was sent. */
static enum status commit_status(struct sql *sql, const PGresult *result,
				 struct error *error)
{
	sql->in_transaction = false;
	if (PQresultStatus(result) == PGRES_COMMAND_OK &&
	    !strcmp(PQcmdStatus((PGresult *)(uintptr_t)result), "COMMIT"))
		return STATUS_OK;
	if (PQstatus(sql->conn) != CONNECTION_OK)
		return error_set(error, STATUS_UNCERTAIN,
				 "The database went away during the commit; "
				 "ask again with the same request id.", "");
	if (PQresultStatus(result) == PGRES_COMMAND_OK)
		return error_set(error, STATUS_INTERNAL,
				 "The transaction had failed before.", "");
	/* Nothing is committed; the transaction may still be open. */
	sql->in_transaction = true;
	return sql_failure(sql, result, "commit", NULL, error);
}

enum status sql_commit(struct sql *sql, struct error *error)
{
	PGresult *result;
	enum status status;

	if (sql->begin) { /* nothing was sent, nothing is to be committed */
		sql->begin = NULL;
		sql->in_transaction = false;
		return STATUS_OK;
	}
	result = PQexec(sql->conn, "COMMIT");
	status = commit_status(sql, result, error);
	PQclear(result);
	if (status != STATUS_OK)
		sql_rollback(sql);
	return status;
}

enum status sql_run_and_commit(struct sql *sql, const struct binding *binding,
			       size_t count,
			       const struct sql_request requests[],
			       struct arena *arena, struct error *error)
{
	const struct prepared *prepared =
		sql_prepared_or_error(sql, binding, arena, error);
	PGresult *result;
	enum status status;

	if (!prepared) {
		status = error->status;
		sql_rollback(sql);
		return status;
	}
	result = sql_steps(
		sql, (struct step[]){
			     { .name = prepared->name,
			       .param_count = sql_param_count(prepared),
			       .params = sql_params(prepared, arena, count,
						    requests) },
			     { .text = "COMMIT" },
			     { 0 } });
	status = commit_status(sql, result, error);
	PQclear(result);
	if (status != STATUS_OK)
		sql_rollback(sql);
	return status;
}

void sql_rollback(struct sql *sql)
{
	if (sql->in_transaction && sql->conn && !sql->begin)
		command(sql, "ROLLBACK");
	sql->begin = NULL;
	sql->in_transaction = false;
}

bool sql_savepoint(struct sql *sql)
{
	return command(sql, "SAVEPOINT part");
}

bool sql_rollback_to_savepoint(struct sql *sql)
{
	return command(sql, "ROLLBACK TO SAVEPOINT part");
}
