/*
 * statements: those that C runs; registry.c has the table, by these numbers.
 * And how a timer in C runs them: sql_begin with its authority, statements as
 * long as error says OK, timer_end.
 */
#ifndef ECHO_REGISTRY_STATEMENTS_H
#define ECHO_REGISTRY_STATEMENTS_H

#include "services/common/data/sql.h"

enum {
	STATEMENT_CREDENTIAL,
	STATEMENT_AUDIT_UNSEALED,
	STATEMENT_AUDIT_SEAL,
	STATEMENT_LINK_TAKE,
	STATEMENT_LINK_PUT,
	STATEMENT_LINK_DROP,
	STATEMENT_NOTICES_TAKE,
	STATEMENT_NOTICES_NOTE,
	STATEMENT_SESSION,
	STATEMENT_FACTOR_LOCK,
	STATEMENT_FACTOR_CHALLENGE,
	STATEMENT_FACTOR_PENDING,
	STATEMENT_FACTOR_OUTCOME,
	STATEMENT_FACTOR_DROP,
};

extern const struct binding statements[];

/* A statement for many requests, of whose results none is read; nothing when
 * there are none. */
enum status statement_run(struct sql *sql, int which, size_t count,
			  const struct sql_request *requests,
			  struct arena *arena, struct error *error);

/* As whom a timer works; its name is the method of the audit trail. */
#define TIMER_AUTHORITY(name) { "service", "", "", name, "timer" }

/* The transaction's end: a commit if all went well so far, else a rollback and
 * a line in the log. False when nothing was done. */
bool timer_end(struct sql *sql, const struct authority *timer,
	       struct error *error);

#endif
