/*
 * service: a daemon is one table and one call.
 *
 *     int main(int argc, char **argv)
 *     {
 *             return service_main(&registry, argc, argv);
 *     }
 *
 * The runtime reads the settings, checks every statement against the schema
 * and the contracts, listens, and then each request goes one way: seal ->
 * queue -> worker (up to 64 of one method and authority) -> credential against
 * the row -> decode -> check -> statements -> one COMMIT -> replies -> one log
 * line each. SIGTERM drains. `NAME migrate` applies migrations, `NAME --help`
 * prints the settings.
 */
#ifndef ECHO_RUN_SERVICE_H
#define ECHO_RUN_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/base/arena.h"
#include "services/common/base/clock.h"
#include "services/common/base/env.h"
#include "services/common/base/log.h"
#include "services/common/data/feed.h"
#include "services/common/data/group.h"
#include "services/common/data/migrate.h"
#include "services/common/data/sql.h"
#include "services/common/wire/rpc.h"
#include "services/common/wire/token.h"

/* The statement embedded from sql/NAME.sql of this service. */
#define SQL(name) (&sql_##name)
/* The same of services/common/data/sql, for what every service has. */
#define RUNTIME_SQL(name) (&runtime_##name)
extern const struct statement runtime_list_retention, runtime_put_retention;

struct service_run; /* the running service */
struct method;

/* What a C rule sees of a call; everything in it lives until the reply. */
struct call {
	struct service_run *run;
	struct arena *arena;
	struct sql *sql; /* in the group's transaction; NULL in check */
	const struct method *method;
	const char *caller;          /* the service that asks */
	Rpc__Credential *credential; /* NULL: no person */
	ProtobufCMessage *request;
	ProtobufCMessage *reply;     /* set by run */
	struct error error;
};

/* Say no: return call_fail(call, STATUS_INVALID, "zone is unknown", "zone"). */
enum status call_fail(struct call *call, enum status status,
		      const char *message, const char *field);

/* A method: one row. */
struct method {
	const char *name;   /* as in the .proto; NULL ends the table */
	const struct statement *sql[GROUP_STATEMENTS];
	/* A rule that SQL cannot say, before the transaction: may refuse and
	 * may complete the request (in the arena). NULL: none. */
	enum status (*check)(struct call *call);
	/* C instead of SQL; runs in the transaction (call->sql). Refusing
	 * undoes its effects; to keep them (a wrong code counts), call_fail
	 * and return STATUS_OK all the same. */
	enum status (*run)(struct call *call);
	const char *key;     /* request field that serialises; NULL: none */
	bool write;
	const char *callers; /* services that may call; NULL: any known one */
	/* Roles of which one is needed, within any scope: row-level security
	 * says which rows. NULL: no person needed. */
	const char *roles;
	/* The request field that may name the caller's own person, who then
	 * needs no role. NULL: none. */
	const char *self;
};

/* Periodic work of every replica: whatever must be single locks a row. */
struct timer {
	const char *name;   /* NULL ends the table */
	const struct statement *sql; /* no input; repeated while it returns rows */
	/* or C; returns true when there is more to do at once */
	bool (*run)(struct service_run *run, struct sql *sql,
		    struct arena *arena);
	int64_t every_us;
};

struct service {
	const char *name;    /* also the schema, the role, the key's owner */
	const char *version;
	const ProtobufCServiceDescriptor *descriptor;
	const struct method *methods;
	const struct feed *feeds;         /* NULL: none */
	const struct follow *follows;     /* NULL: none */
	const struct timer *timers;       /* NULL: none */
	const struct setting *settings;   /* NULL: only the common ones */
	const struct binding *statements; /* used by C; NULL statement ends */
	const struct statement *migrations;
	const char *peers;   /* services it calls besides those it follows */
	/* Own threads: start after the checks, stop while draining. */
	bool (*start)(struct service_run *run);
	void (*stop)(struct service_run *run);
};

int service_main(const struct service *service, int argc, char **argv);

/* For C rules, timers and own threads. */
const char *service_database_url(const struct service_run *run);
struct rpc_peer *service_peer(struct service_run *run, const char *service);
const struct token_keys *service_token_keys(const struct service_run *run);
bool service_stopping(const struct service_run *run);
/* A counter of /metrics: NAME_total; made on first use, never freed. */
void service_count(struct service_run *run, const char *name, int64_t add);

#endif
