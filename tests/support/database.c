/* database: roles, template, clone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/common/data/migrate.h"
#include "services/common/wire/digest.h"
#include "tests/support/database.h"
#include "runtime_sql.h"

static const char *cluster(void)
{
	const char *cluster_url = getenv("ECHO_TEST_POSTGRES");

	if (cluster_url)
		return cluster_url;
	fputs("ECHO_TEST_POSTGRES is not set: run the tests by tests/run\n",
	      stderr);
	exit(2);
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "database: %s: %s\n", what, why);
	exit(2);
}

static void run(struct sql *sql, const char *text)
{
	struct error error = { STATUS_OK, "", "" };

	if (sql_text(sql, text, 0, NULL, NULL, NULL, &error) != STATUS_OK)
		die(text, error.message);
}

static void note(void *context, int columns, const char *const values[])
{
	(void)columns;
	(void)values;
	*(bool *)context = true;
}

static bool exists(struct sql *sql, const char *name)
{
	const char *values[] = { name };
	bool found = false;

	sql_text(sql, "SELECT 1 FROM pg_database WHERE datname = $1", 1, values,
		 note, &found, NULL);
	return found;
}

/* The template's name says what is in it. */
static void template_name(char name[64], const char *service,
			  const struct statement *migrations)
{
	struct arena *arena = arena_new(4096);
	const struct statement *lists[] = { runtime_migrations, migrations };
	char all[16384] = "", hash[DIGEST_TEXT];

	for (int i = 0; i < 2; i++)
		for (const struct statement *m = lists[i]; m->file; m++) {
			size_t used = strlen(all);

			digest_sha256(m->text, strlen(m->text), hash);
			snprintf(all + used, sizeof(all) - used, "%s ", hash);
		}
	digest_sha256(all, strlen(all), hash);
	snprintf(name, 64, "template_%s_%.12s", service, hash);
	arena_free(arena);
}

static void make_roles(struct sql *sql, const char *service)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "DO $$ BEGIN CREATE ROLE owner LOGIN; EXCEPTION WHEN "
		 "duplicate_object OR unique_violation THEN NULL; END $$;"
		 "DO $$ BEGIN CREATE ROLE %s LOGIN; EXCEPTION WHEN "
		 "duplicate_object OR unique_violation THEN NULL; END $$",
		 service);
	run(sql, text);
}

static void url_of(char url[512], const char *name, const char *user)
{
	snprintf(url, 512, "%s dbname=%s user=%s", cluster(), name, user);
}

static void add_extensions(const char *name)
{
	char url[512];
	struct sql *sql;

	url_of(url, name, "postgres");
	sql = sql_open(url, "test");
	if (!sql_ready(sql))
		die(name, "cannot connect");
	run(sql, "CREATE EXTENSION IF NOT EXISTS pg_trgm;"
		 "CREATE EXTENSION IF NOT EXISTS btree_gist;"
		 "CREATE EXTENSION IF NOT EXISTS citext");
	sql_close(sql);
}

static void make_template(struct sql *sql, const char *name,
			  const char *service,
			  const struct statement *migrations)
{
	struct arena *arena = arena_new(16384);
	char url[512], text[256];
	const char *problem;
	struct sql *owner;

	snprintf(text, sizeof(text), "CREATE DATABASE %s_new OWNER owner",
		 name);
	run(sql, text);
	snprintf(text, sizeof(text), "%s_new", name);
	add_extensions(text);
	url_of(url, text, "owner");
	owner = sql_open(url, "test");
	if (!sql_ready(owner))
		die(name, "cannot connect as owner");
	problem = migrate_run(owner, service, migrations, arena);
	sql_close(owner);
	if (problem)
		die("migration", problem);
	snprintf(text, sizeof(text), "ALTER DATABASE %s_new RENAME TO %s",
		 name, name);
	run(sql, text);
	arena_free(arena);
}

void database_make(struct database *database, const char *service,
		   const struct statement *migrations)
{
	char template[64], text[256];
	struct sql *sql = sql_open(cluster(), "test");

	if (!sql_ready(sql))
		die("cluster", "does not answer");
	template_name(template, service, migrations);
	snprintf(database->name, sizeof(database->name), "test_%s_%d", service,
		 (int)getpid());
	/* One at a time: a template must have no visitors while it is cloned. */
	run(sql, "SELECT pg_advisory_lock(4711)");
	make_roles(sql, service);
	snprintf(text, sizeof(text), "DROP DATABASE IF EXISTS %s_new",
		 template);
	run(sql, text);
	if (!exists(sql, template))
		make_template(sql, template, service, migrations);
	snprintf(text, sizeof(text), "DROP DATABASE IF EXISTS %s",
		 database->name);
	run(sql, text);
	snprintf(text, sizeof(text), "CREATE DATABASE %s TEMPLATE %s",
		 database->name, template);
	run(sql, text);
	sql_close(sql);
	url_of(database->url, database->name, service);
	url_of(database->owner_url, database->name, "owner");
}

void database_drop(const struct database *database)
{
	char text[256];
	struct sql *sql = sql_open(cluster(), "test");

	snprintf(text, sizeof(text), "DROP DATABASE IF EXISTS %s WITH (FORCE)",
		 database->name);
	if (sql_ready(sql))
		run(sql, text);
	sql_close(sql);
}
