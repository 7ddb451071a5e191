/*
 * database: a fresh database for a test, cloned from a migrated template.
 *
 * ECHO_TEST_POSTGRES names a private cluster as superuser, for example
 * "host=/tmp/run user=postgres"; tests/run starts one. The template of a
 * service is made once for each content of its migrations and shared by all
 * tests of a run; a clone costs about 0.1 s.
 */
#ifndef ECHO_TESTS_DATABASE_H
#define ECHO_TESTS_DATABASE_H

#include "services/common/data/sql.h"

struct database {
	char name[64];
	char url[512];       /* as the service's role */
	char owner_url[512]; /* as owner, for looking behind the curtain */
};

/* Exits with a message when there is no cluster or no migration. */
void database_make(struct database *database, const char *service,
		   const struct statement *migrations);
void database_drop(const struct database *database);

#endif
