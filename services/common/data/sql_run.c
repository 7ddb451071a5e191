/* sql: requests into arrays, rows into replies. */
#include <stdlib.h>
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/data/sql_private.h"
#include "services/common/wire/field_array.h"

/* What one statement may return; a list method's LIMIT keeps far below. */
#define RESULT_BYTES_MAX (64u << 20)

/* ---- parameters: one PostgreSQL array literal for each column ---- */

/* One column of request as text; which is the column's number. */
typedef const char *column_value(struct arena *arena,
				 const struct sql_request *request, size_t row,
				 const field_type *field);

static const char *value_request_no(struct arena *arena,
				    const struct sql_request *request,
				    size_t row, const field_type *field)
{
	(void)request;
	(void)field;
	return arena_printf(arena, "%zu", row);
}

static const char *value_principal(struct arena *arena,
				   const struct sql_request *request,
				   size_t row, const field_type *field)
{
	(void)arena;
	(void)row;
	(void)field;
	return request->principal_person_id && *request->principal_person_id
		       ? request->principal_person_id
		       : NULL;
}

static const char *value_change_key(struct arena *arena,
				    const struct sql_request *request,
				    size_t row, const field_type *field)
{
	(void)arena;
	(void)row;
	(void)field;
	return request->change_key;
}

static const char *value_change_seq(struct arena *arena,
				    const struct sql_request *request,
				    size_t row, const field_type *field)
{
	(void)row;
	(void)field;
	return arena_printf(arena, "%lld", (long long)request->change_seq);
}

static const char *value_change_deleted(struct arena *arena,
					const struct sql_request *request,
					size_t row, const field_type *field)
{
	(void)arena;
	(void)row;
	(void)field;
	return request->change_deleted ? "t" : "f";
}

static const char *value_field(struct arena *arena,
			       const struct sql_request *request, size_t row,
			       const field_type *field)
{
	(void)row;
	return request->message ? field_get(arena, request->message, field)
				: NULL;
}

static const char *make_array(struct arena *arena, size_t count,
			      const struct sql_request requests[],
			      column_value *value, const field_type *field)
{
	struct text array = text_new(arena);

	for (size_t i = 0; i < count; i++)
		array_add(&array, value(arena, &requests[i], i, field));
	return array_end(&array);
}

const char **sql_params(const struct prepared *prepared, struct arena *arena,
			size_t count, const struct sql_request requests[])
{
	const char **params =
		arena_array(arena, (size_t)sql_param_count(prepared),
			    sizeof(*params));
	char *now = arena_alloc(arena, CLOCK_TEXT_MAX);
	int n = PARAM_COMMON;

	clock_format(clock_now(), now);
	params[PARAM_REQUEST_NO] =
		make_array(arena, count, requests, value_request_no, NULL);
	params[PARAM_NOW] = now;
	params[PARAM_PRINCIPAL] =
		make_array(arena, count, requests, value_principal, NULL);
	if (prepared->follows) {
		params[n++] = make_array(arena, count, requests,
					 value_change_key, NULL);
		params[n++] = make_array(arena, count, requests,
					 value_change_seq, NULL);
		params[n++] = make_array(arena, count, requests,
					 value_change_deleted, NULL);
	}
	for (unsigned i = 0; prepared->input && i < prepared->input->n_fields;
	     i++)
		params[n++] = make_array(arena, count, requests, value_field,
					 &prepared->input->fields[i]);
	return params;
}

/* ---- results ---- */

struct reader {
	const struct prepared *prepared;
	const PGresult *result;
	struct arena *arena;
	size_t count;
	struct sql_result *results;
};

static const char *value_at(const struct reader *reader, int row, int column)
{
	return PQgetisnull(reader->result, row, column)
		       ? NULL
		       : PQgetvalue(reader->result, row, column);
}

static struct sql_result *result_of_row(const struct reader *reader, int row)
{
	for (int i = 0; i < reader->prepared->column_count; i++) {
		const char *value = value_at(reader, row, i);

		if (reader->prepared->columns[i].kind != COLUMN_REQUEST_NO)
			continue;
		if (value && strtoul(value, NULL, 10) < reader->count)
			return &reader->results[strtoul(value, NULL, 10)];
	}
	return NULL;
}

/* The statement's own no: rpc_status and its companions. */
static void read_refusal(const struct reader *reader, int row,
			 struct error *error)
{
	for (int i = 0; i < reader->prepared->column_count; i++) {
		const char *value = value_at(reader, row, i);

		if (!value)
			continue;
		switch (reader->prepared->columns[i].kind) {
		case COLUMN_STATUS:
			error->status = status_parse(value);
			break;
		case COLUMN_MESSAGE:
			error->message = arena_strdup(reader->arena, value);
			break;
		case COLUMN_FIELD:
			error->field = arena_strdup(reader->arena, value);
			break;
		default:
			break;
		}
	}
	/* A statement may give the reason in every row. */
	if (error->status == STATUS_OK)
		*error = (struct error){ STATUS_OK, "", "" };
}

static enum status read_row(const struct reader *reader, int row,
			    struct sql_result *result, bool first,
			    struct error *error)
{
	const struct prepared *prepared = reader->prepared;
	ProtobufCMessage *element = NULL;

	if (prepared->list)
		element = field_append(reader->arena, result->reply,
				       prepared->list);
	for (int i = 0; i < prepared->column_count; i++) {
		const struct column *column = &prepared->columns[i];
		const char *value = value_at(reader, row, i);
		enum status status = STATUS_OK;

		if (!value)
			continue;
		if (column->kind == COLUMN_ELEMENT)
			status = field_set(reader->arena, element,
					   column->field, value, error);
		else if (column->kind == COLUMN_REPLY && first)
			status = field_set(reader->arena, result->reply,
					   column->field, value, error);
		if (status != STATUS_OK) {
			log_line(LOG_ERROR, "a column does not fit its field",
				 "file", prepared->statement->file, "field",
				 column->field->name, "why", error->message,
				 NULL);
			return error_set(error, STATUS_INTERNAL,
					 "A stored value could not be read; "
					 "the log has the details.", "");
		}
	}
	return STATUS_OK;
}

static enum status read_rows(const struct reader *reader, struct error *error)
{
	const struct prepared *prepared = reader->prepared;

	for (int row = 0; row < PQntuples(reader->result); row++) {
		struct sql_result *result = result_of_row(reader, row);
		bool first;

		if (!result)
			continue;
		first = !result->reply;
		if (first) {
			result->reply =
				message_new(reader->arena, prepared->output);
			result->error = (struct error){ STATUS_OK, "", "" };
			read_refusal(reader, row, &result->error);
			if (prepared->list &&
			    result->error.status != STATUS_OK)
				continue;
		}
		if ((first || prepared->list) &&
		    read_row(reader, row, result, first, error) != STATUS_OK)
			return error->status;
	}
	return STATUS_OK;
}

/* What a request without a row means. */
static void start_results(const struct prepared *prepared, size_t count,
			  struct sql_result results[])
{
	for (size_t i = 0; i < count; i++) {
		results[i] = (struct sql_result){ { STATUS_OK, "", "" }, NULL };
		if (prepared->output && !prepared->list)
			results[i].error = (struct error){
				STATUS_NOT_FOUND,
				"There is no such entry, or it is not yours "
				"to see.", "" };
	}
}

static void finish_lists(const struct prepared *prepared, struct arena *arena,
			 size_t count, struct sql_result results[])
{
	for (size_t i = 0; prepared->list && i < count; i++)
		if (!results[i].reply)
			results[i].reply = message_new(arena, prepared->output);
}

static enum status read_result(struct sql *sql, const struct prepared *prepared,
			       const PGresult *result, size_t count,
			       struct arena *arena, struct sql_result results[],
			       struct error *error)
{
	struct reader reader = { prepared, result, arena, count, results };
	enum status status;

	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
	    PQresultStatus(result) != PGRES_COMMAND_OK)
		return sql_failure(sql, result, prepared->statement->file,
				   arena, error);
	if (PQresultMemorySize(result) > RESULT_BYTES_MAX)
		return error_set(error, STATUS_INVALID,
				 "The answer is too large; ask for less.",
				 "limit");
	start_results(prepared, count, results);
	status = prepared->output ? read_rows(&reader, error) : STATUS_OK;
	finish_lists(prepared, arena, count, results);
	return status;
}

/* The first statement of a transaction takes its BEGIN along. */
static PGresult *execute(struct sql *sql, const struct prepared *prepared,
			 const char *const *params)
{
	const char *who[AUTHORITY_PARAMS];
	struct step steps[4] = { 0 };
	int count = sql_begin_steps(sql, who, steps);

	if (!count)
		return PQexecPrepared(sql->conn, prepared->name,
				      sql_param_count(prepared), params, NULL,
				      NULL, 0);
	steps[count] = (struct step){ .name = prepared->name,
				      .param_count = sql_param_count(prepared),
				      .params = params };
	return sql_steps(sql, steps);
}

const struct prepared *sql_prepared_or_error(struct sql *sql,
					     const struct binding *binding,
					     struct arena *arena,
					     struct error *error)
{
	const struct prepared *prepared = NULL;
	const char *problem = NULL;

	if (sql->conn || sql_ready(sql))
		prepared = sql_prepared(sql, binding, arena, &problem);
	if (!prepared && PQstatus(sql->conn) != CONNECTION_OK) {
		error_set(error, STATUS_UNAVAILABLE,
			  "The database does not answer; try again in a "
			  "moment.", "");
	} else if (!prepared) {
		log_line(LOG_ERROR, "contract broken", "problem", problem,
			 NULL);
		error_set(error, STATUS_INTERNAL,
			  "The service and its database do not fit; the log "
			  "has the details.", "");
	}
	return prepared;
}

enum status sql_run(struct sql *sql, const struct binding *binding,
		    size_t count, const struct sql_request requests[],
		    struct arena *arena, struct sql_result results[],
		    struct error *error)
{
	const struct prepared *prepared =
		sql_prepared_or_error(sql, binding, arena, error);
	PGresult *result;
	enum status status;

	if (!prepared)
		return error->status;
	result = execute(sql, prepared,
			 sql_params(prepared, arena, count, requests));
	sql->rows = PQntuples(result);
	status = read_result(sql, prepared, result, count, arena, results,
			     error);
	PQclear(result);
	return status;
}

int sql_rows(const struct sql *sql)
{
	return sql->rows;
}

enum status sql_call(struct sql *sql, const struct binding *binding,
		     const ProtobufCMessage *message, struct arena *arena,
		     ProtobufCMessage **reply, struct error *error)
{
	struct sql_request request = { .message = message };
	struct sql_result result;
	enum status status = sql_run(sql, binding, 1, &request, arena, &result,
				     error);

	if (status != STATUS_OK)
		return status;
	if (reply)
		*reply = result.reply;
	return error_set(error, result.error.status, result.error.message,
			 result.error.field);
}
