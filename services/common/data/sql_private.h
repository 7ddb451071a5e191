/*
 * What the files of sql share: a connection and its prepared statements.
 * sql.c connects and commits, sql_prepare.c builds the relation request and
 * checks the contract, sql_run.c binds rows and reads results, sql_steps.c sends
 * several statements at once.
 */
#ifndef ECHO_DATA_SQL_PRIVATE_H
#define ECHO_DATA_SQL_PRIVATE_H

#include <libpq-fe.h>

#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "services/common/data/sql.h"

#define PREPARED_MAX 256

enum column_kind {
	COLUMN_REQUEST_NO,
	COLUMN_STATUS,
	COLUMN_MESSAGE,
	COLUMN_FIELD,
	COLUMN_ELEMENT, /* of the element of a repeated first field */
	COLUMN_REPLY,   /* of the output message itself */
	COLUMN_IGNORED,
};

struct column {
	enum column_kind kind;
	const field_type *field;
};

/* A statement that this connection has prepared. */
struct prepared {
	const struct statement *statement; /* NULL: free place */
	const message_type *input, *output;
	bool follows;
	char name[16];
	int column_count;
	struct column *columns; /* the connection's arena */
	const field_type *list; /* the repeated first field, or NULL */
};

struct rule {
	const char *constraint, *field, *message;
};

struct sql {
	const char *url, *schema;
	char application_name[64];
	PGconn *conn;          /* NULL: not connected */
	struct arena *arena;   /* what lives as long as the connection */
	struct prepared prepared[PREPARED_MAX];
	int prepared_count;
	unsigned serial;       /* of names: never one twice in a connection */
	struct rule *rules;    /* what constraints mean to a caller */
	size_t rule_count;
	bool in_transaction;
	/* begun, but not sent yet: it travels with the first statement */
	const struct authority *begin;
	bool keep_plans;       /* see sql_keep_plans */
	int idle_limit_ms;     /* in a transaction */
	int rows;              /* of the last statement */
	char sqlstate[6];      /* of the last failure that nobody's arena keeps */
	char now[CLOCK_TEXT_MAX]; /* when the transaction began: the domain's */
};

/* The prepared statement of a binding, prepared now if need be. NULL and a
 * problem (arena) when the contract does not hold or the database is away. */
const struct prepared *sql_prepared(struct sql *sql,
				    const struct binding *binding,
				    struct arena *arena, const char **problem);

/* The same; NULL with the error for the caller, what is ours in the log. */
const struct prepared *sql_prepared_or_error(struct sql *sql,
					     const struct binding *binding,
					     struct arena *arena,
					     struct error *error);

/* Statements that share one message to the server and back; NULL ends. Each
 * runs only if those before it succeeded. */
struct step {
	const char *text;  /* of a plain statement, or */
	const char *name;  /* of a prepared one with these parameters */
	int param_count;
	const char *const *params;
};

/* Send them together; the result of the last one that ran, or of the first
 * that failed, which the caller clears. */
PGresult *sql_steps(struct sql *sql, const struct step steps[]);
#define AUTHORITY_PARAMS 6
/* BEGIN and the authority as steps, when they are due; returns how many. */
int sql_begin_steps(struct sql *sql, const char *params[AUTHORITY_PARAMS],
		    struct step steps[2]);

static inline const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* Turn a failed result into an error for a caller; logs what is for us only. */
enum status sql_failure(struct sql *sql, const PGresult *result,
			const char *where, struct arena *arena,
			struct error *error);

/* The common columns of request; then the input's fields. */
enum { PARAM_REQUEST_NO, PARAM_NOW, PARAM_PRINCIPAL, PARAM_COMMON };
enum { PARAM_CHANGE_KEY, PARAM_CHANGE_SEQ, PARAM_CHANGE_DELETED,
       PARAM_CHANGE };

/* The parameters of a statement for these requests, as text. */
const char **sql_params(const struct prepared *prepared, struct arena *arena,
			size_t count, const struct sql_request requests[]);

static inline int sql_param_count(const struct prepared *prepared)
{
	return PARAM_COMMON + (prepared->follows ? PARAM_CHANGE : 0) +
	       (prepared->input ? (int)prepared->input->n_fields : 0);
}

#endif
