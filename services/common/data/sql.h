/*
 * sql: a request is a row, a statement serves a table of them.
 *
 * A statement is the text of one .sql file, embedded at build. It reads a
 * relation named request whose columns are the input message's fields plus
 *     request_no int, now timestamptz (the domain's), principal_person_id uuid
 * and its result columns are the output message's fields plus request_no. The
 * relation is supplied as unnested arrays, so one row or ten thousand are the
 * same plain SQL, which also runs in psql against a table called request.
 *
 * Result rules: an output message whose first field is a repeated message gets
 * one element a row (columns are the element's fields; further fields of the
 * message may be columns too and are taken from the first row); any other
 * output needs one row for each request, none is NOT_FOUND. Three columns are
 * reserved for saying no without an exception: rpc_status (a name of
 * rpc.Status, NULL or OK for yes), rpc_message, rpc_field.
 *
 * sql_check holds the contract against the live schema and both
 * descriptors, and names file and field of what does not fit. Errors of the
 * database become a status by SQLSTATE; a constraint's COMMENT "field: text"
 * is what the caller sees; DETAIL never leaves the log.
 *
 * A struct sql is one connection, used by one thread.
 */
#ifndef ECHO_DATA_SQL_H
#define ECHO_DATA_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/base/arena.h"
#include "services/common/wire/field.h"
#include "services/common/wire/status.h"

/* The text of a .sql file; made by the build, one for each file. */
struct statement {
	const char *file; /* "put_hub.sql" */
	const char *text;
};

/* A statement with its contract. input or output may be NULL: request then has
 * only the common columns; the result's columns are ignored. */
struct binding {
	const struct statement *statement;
	const message_type *input;
	const message_type *output;
	/* of a follower: request also has change_key text, change_seq bigint,
	 * change_deleted boolean */
	bool follows;
};

struct sql;

/* Never NULL; connects on first use. url, a libpq connection string, must
 * outlive it. */
struct sql *sql_open(const char *url, const char *application_name);
void sql_close(struct sql *sql);

/* Connect if need be; false (and logged) when the database does not answer. */
bool sql_ready(struct sql *sql);

/*
 * Check a binding against the schema; true when it holds. Otherwise problem
 * (arena) names file and field: "put_hub.sql: column nom is not a field of
 * registry.Hub".
 */
bool sql_check(struct sql *sql, const struct binding *binding,
	       struct arena *arena, const char **problem);

/* One row of request: the message and what the runtime adds. */
struct sql_request {
	const ProtobufCMessage *message;
	const char *principal_person_id; /* "" for none */
	/* of a follower */
	const char *change_key;
	int64_t change_seq;
	bool change_deleted;
};

/* What became of it. reply is NULL where there is none. */
struct sql_result {
	struct error error; /* status OK, or why not */
	ProtobufCMessage *reply;
};

/*
 * Run a binding for count requests in the current transaction (or alone, if
 * none is open). OK: each result is filled. Otherwise the whole statement
 * failed, the transaction is aborted, and error says why (field set when a
 * constraint told it).
 */
enum status sql_run(struct sql *sql, const struct binding *binding,
		    size_t count, const struct sql_request requests[],
		    struct arena *arena, struct sql_result results[],
		    struct error *error);

/* How many rows the last statement returned. */
int sql_rows(const struct sql *sql);

/* One request, one result; the statement's own no becomes the status. */
enum status sql_call(struct sql *sql, const struct binding *binding,
		     const ProtobufCMessage *message, struct arena *arena,
		     ProtobufCMessage **reply, struct error *error);

/*
 * Whose eyes row-level security sees with, set for the transaction:
 * "service" sees all; a person sees what the grants say; "self" only what
 * belongs to the persons.
 */
struct authority {
	const char *kind;        /* "service", "person" or "self" */
	const char *person_ids;  /* "{uuid,...}": the one, or all who ask for
				    themselves in this group */
	const char *grants;      /* "role:scope:scope_id ..." sorted, or "" */
	/* For triggers that keep an account: what is being done (a method, a
	 * timer, a feed), and which service asked and where its user sits
	 * ("superhub ann@ward7"); NULL is "". */
	const char *method, *caller;
};

/* Costs nothing by itself: it travels with the first statement. authority must
 * live until then. */
enum status sql_begin(struct sql *sql, const struct authority *authority,
		      struct error *error);
/* UNCERTAIN when the connection died after COMMIT was sent. */
enum status sql_commit(struct sql *sql, struct error *error);
/* A statement without results to read and the COMMIT, in one message. CONFLICT
 * when the statement hits what is unique. */
enum status sql_run_and_commit(struct sql *sql, const struct binding *binding,
			       size_t count,
			       const struct sql_request requests[],
			       struct arena *arena, struct error *error);
void sql_rollback(struct sql *sql);
bool sql_savepoint(struct sql *sql);
bool sql_rollback_to_savepoint(struct sql *sql);

/*
 * Fixed text from the runtime itself (never from input) with text parameters.
 * Rows of the result are handed to row, if not NULL, column by column as text
 * (NULL for SQL NULL), valid during the call. Returns the status.
 */
typedef void sql_row(void *context, int columns, const char *const values[]);
enum status sql_text(struct sql *sql, const char *text, int count,
		     const char *const values[], sql_row *row, void *context,
		     struct error *error);
/* The schema all statements run in (search_path); set before first use. */
void sql_schema(struct sql *sql, const char *schema);
/* For a connection that runs few statements very often, each for some keys:
 * plan them once, by index and nested loop. Set before first use. (Planning
 * the notifier's dot each time took 17 times as long as running it.) */
void sql_keep_plans(struct sql *sql);
/* How long a transaction may wait for us before the database ends it; set
 * before first use, 5 s otherwise. A replica that is stopped in the middle of
 * one holds rows that the others need. */
void sql_idle_limit(struct sql *sql, int milliseconds);

#endif
