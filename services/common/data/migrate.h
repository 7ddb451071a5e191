/*
 * migrate: forward-only schema changes.
 *
 * The runtime's own migrations (data/migrations) come first, then the
 * service's (services/NAME/migrations/NNNN_what.sql), all in one transaction
 * under an advisory lock, recorded with their SHA-256 in table migration of the
 * service's schema. Either may grow by itself. A server compares what is
 * embedded with what was applied and refuses to start on any difference, naming
 * the file.
 *
 * After migrating, the service's login role (named as the schema) is granted
 * what it needs; the tables stay the owner's, so that row-level security binds
 * the service.
 */
#ifndef ECHO_DATA_MIGRATE_H
#define ECHO_DATA_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/data/sql.h"

/* migrations: the service's, in order; a NULL file ends them. Both print or
 * return a problem that says which file and what to do; NULL when all is well.
 * The text is the arena's. */
const char *migrate_run(struct sql *sql, const char *schema,
			const struct statement *migrations,
			struct arena *arena);
const char *migrate_check(struct sql *sql, const struct statement *migrations,
			  struct arena *arena);

#endif
