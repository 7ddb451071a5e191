/* migrate: apply what is embedded, or say how the schema differs from it. */
#include <stdio.h>
#include <string.h>

#include "services/common/base/log.h"
#include "services/common/base/text.h"
#include "services/common/data/migrate.h"
#include "services/common/wire/digest.h"
#include "runtime_sql.h"

#define APPLIED_MAX 512

struct applied {
	const char *file, *sha256;
};

struct state {
	struct sql *sql;
	struct arena *arena;
	struct applied applied[APPLIED_MAX];
	size_t count;
};

static void add_applied(void *context, int columns, const char *const values[])
{
	struct state *state = context;

	(void)columns;
	if (state->count == APPLIED_MAX)
		return;
	state->applied[state->count++] =
		(struct applied){ arena_strdup(state->arena, values[0]),
				  arena_strdup(state->arena, values[1]) };
}

static const char *load_applied(struct state *state)
{
	struct error error;

	if (sql_text(state->sql,
		     "SELECT file, sha256 FROM migration ORDER BY number", 0,
		     NULL, add_applied, state, &error) == STATUS_OK)
		return NULL;
	return arena_printf(state->arena,
			    "the schema was never migrated (%s): run "
			    "`SERVICE migrate` as the owner first",
			    error.message);
}

static const char *file_hash(struct arena *arena,
			     const struct statement *migration)
{
	char *hash = arena_alloc(arena, DIGEST_TEXT);

	digest_sha256(migration->text, strlen(migration->text), hash);
	return hash;
}

/* The runtime's migrations, then the service's, as one list. */
static const struct statement *nth(const struct statement *migrations,
				   size_t number)
{
	for (const struct statement *m = runtime_migrations; m->file; m++)
		if (number-- == 0)
			return m;
	for (const struct statement *m = migrations; m && m->file; m++)
		if (number-- == 0)
			return m;
	return NULL;
}

static const struct applied *find_applied(const struct state *state,
					  const char *file)
{
	for (size_t i = 0; i < state->count; i++)
		if (!strcmp(state->applied[i].file, file))
			return &state->applied[i];
	return NULL;
}

/* The runtime's and the service's go on by themselves: each is applied up to
 * some file, without a gap, and as it is embedded. */
static const char *compare_set(const struct state *state,
			       const struct statement *set)
{
	const char *missing = NULL;

	for (; set && set->file; set++) {
		const struct applied *applied = find_applied(state, set->file);

		if (!applied) {
			missing = missing ? missing : set->file;
			continue;
		}
		if (missing)
			return arena_printf(state->arena,
					    "the schema has %s, but not %s "
					    "before it: they are of different "
					    "versions", set->file, missing);
		if (strcmp(applied->sha256, file_hash(state->arena, set)))
			return arena_printf(
				state->arena,
				"%s was changed after it had been applied: "
				"restore it and write a new migration",
				set->file);
	}
	return NULL;
}

static bool is_embedded(const struct statement *migrations, const char *file)
{
	const struct statement *migration;

	for (size_t i = 0; (migration = nth(migrations, i)); i++)
		if (!strcmp(migration->file, file))
			return true;
	return false;
}

static const char *compare_all(const struct state *state,
			       const struct statement *migrations)
{
	const char *problem = compare_set(state, runtime_migrations);

	if (!problem)
		problem = compare_set(state, migrations);
	for (size_t i = 0; !problem && i < state->count; i++)
		if (!is_embedded(migrations, state->applied[i].file))
			problem = arena_printf(
				state->arena,
				"the schema has %s, which this program does "
				"not know: deploy the newer program",
				state->applied[i].file);
	return problem;
}

/* The first that is not applied, NULL: all are. */
static const struct statement *next(const struct state *state,
				    const struct statement *migrations)
{
	const struct statement *migration;
	size_t i = 0;

	while ((migration = nth(migrations, i)) &&
	       find_applied(state, migration->file))
		i++;
	return migration;
}

const char *migrate_check(struct sql *sql, const struct statement *migrations,
			  struct arena *arena)
{
	struct state *state = arena_alloc(arena, sizeof(*state));
	const char *problem;

	state->sql = sql;
	state->arena = arena;
	problem = load_applied(state);
	if (!problem)
		problem = compare_all(state, migrations);
	if (!problem && next(state, migrations))
		problem = arena_printf(
			arena, "%s is not applied yet: run `SERVICE migrate` "
			       "as the owner first",
			next(state, migrations)->file);
	return problem;
}

static const char *apply(struct state *state, const struct statement *migration)
{
	const char *hash = file_hash(state->arena, migration);
	const char *values[] = { arena_printf(state->arena, "%zu",
					      state->count),
				 migration->file, hash };
	struct error error;

	if (sql_text(state->sql, migration->text, 0, NULL, NULL, NULL,
		     &error) != STATUS_OK ||
	    sql_text(state->sql,
		     "INSERT INTO migration (number, file, sha256) "
		     "VALUES ($1::integer, $2, $3)",
		     3, values, NULL, NULL, &error) != STATUS_OK)
		return arena_printf(state->arena, "%s: %s", migration->file,
				    error.message);
	if (state->count == APPLIED_MAX)
		return "there are more migrations than this program can hold";
	state->applied[state->count++] =
		(struct applied){ migration->file, hash };
	log_line(LOG_INFO, "migrated", "file", migration->file, NULL);
	return NULL;
}

static const char setup_text[] =
	"SELECT pg_advisory_xact_lock(hashtext('migrate %1$s'));"
	"CREATE SCHEMA IF NOT EXISTS \"%1$s\";"
	"SET LOCAL search_path = \"%1$s\", public;"
	"CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY,"
	" file text NOT NULL, sha256 text NOT NULL,"
	" applied_at timestamptz NOT NULL DEFAULT now())";

static const char grants_text[] =
	"GRANT USAGE ON SCHEMA \"%1$s\" TO \"%1$s\";"
	"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"%1$s\""
	" TO \"%1$s\";"
	"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA \"%1$s\" TO \"%1$s\";"
	"REVOKE INSERT, UPDATE, DELETE ON migration FROM \"%1$s\"";

static const char *run_text(struct state *state, const char *format,
			    const char *schema)
{
	char text[1024];
	struct error error;

	snprintf(text, sizeof(text), format, schema);
	if (sql_text(state->sql, text, 0, NULL, NULL, NULL, &error) ==
	    STATUS_OK)
		return NULL;
	return arena_printf(state->arena, "schema %s: %s", schema,
			    error.message);
}

static const char *migrate_all(struct state *state, const char *schema,
			       const struct statement *migrations)
{
	const char *problem = run_text(state, setup_text, schema);

	if (!problem)
		problem = load_applied(state);
	if (!problem)
		problem = compare_all(state, migrations);
	while (!problem && next(state, migrations))
		problem = apply(state, next(state, migrations));
	if (!problem)
		problem = run_text(state, grants_text, schema);
	return problem;
}

const char *migrate_run(struct sql *sql, const char *schema,
			const struct statement *migrations,
			struct arena *arena)
{
	static const struct authority service = { "service", "", "" };
	struct state *state = arena_alloc(arena, sizeof(*state));
	struct error error;
	const char *problem;

	state->sql = sql;
	state->arena = arena;
	if (sql_begin(sql, &service, &error) != STATUS_OK)
		return error.message;
	problem = migrate_all(state, schema, migrations);
	if (!problem && sql_commit(sql, &error) != STATUS_OK)
		problem = error.message;
	if (problem)
		sql_rollback(sql);
	return problem;
}
