/*
 * status: the one failure vocabulary of all services (rpc.Status), under short
 * names, and the error that travels with it.
 */
#ifndef ECHO_WIRE_STATUS_H
#define ECHO_WIRE_STATUS_H

#include <stdbool.h>

#include "rpc.pb-c.h"

enum status {
	STATUS_OK = RPC__STATUS__OK,
	STATUS_INVALID = RPC__STATUS__INVALID,
	STATUS_UNAUTHENTICATED = RPC__STATUS__UNAUTHENTICATED,
	STATUS_FORBIDDEN = RPC__STATUS__FORBIDDEN,
	STATUS_NOT_FOUND = RPC__STATUS__NOT_FOUND,
	STATUS_CONFLICT = RPC__STATUS__CONFLICT,
	STATUS_OVERLOADED = RPC__STATUS__OVERLOADED,
	STATUS_DEADLINE = RPC__STATUS__DEADLINE,
	STATUS_UNAVAILABLE = RPC__STATUS__UNAVAILABLE,
	STATUS_UNCERTAIN = RPC__STATUS__UNCERTAIN,
	STATUS_INTERNAL = RPC__STATUS__INTERNAL,
	STATUS_UNKNOWN_METHOD = RPC__STATUS__UNKNOWN_METHOD,
};

/* What went wrong, for a person: texts live in the caller's arena or are
 * literals; never NULL once status is not OK. */
struct error {
	enum status status;
	const char *message;
	const char *field; /* the request's field at fault, or "" */
};

const char *status_name(enum status status);
/* The status of that name, or STATUS_INTERNAL. */
enum status status_parse(const char *name);
/* 22xxx and 23514 are INVALID, 23505 CONFLICT, 08xxx UNAVAILABLE ... */
enum status status_of_sqlstate(const char *sqlstate);
/* May the same request be tried again elsewhere? */
bool status_is_transient(enum status status);

/* Fill error (when not NULL) and return status: return error_set(...). */
enum status error_set(struct error *error, enum status status,
		      const char *message, const char *field);

#endif
