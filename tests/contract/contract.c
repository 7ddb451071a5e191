/*
 * contract: a wrong column, parameter, row or schema stops the start with a
 * message that names file and field. Each row of the tables below is one way
 * to be wrong and what must be said of it; the last part starts the real
 * program on a database that does not fit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger.pb-c.h"
#include "ledger_sql.h"
#include "services/common/data/migrate.h"
#include "services/common/run/plan.h"
#include "services/common/wire/seal.h"
#include "services/common/wire/token.h"
#include "tests/support/database.h"

static int failures;

static void check_says(const char *what, const char *said, const char *wanted)
{
	bool right = wanted ? said && strstr(said, wanted) : !said;

	if (right)
		return;
	failures++;
	fprintf(stderr, "%s:\n  said   %s\n  wanted %s\n", what,
		said ? said : "(nothing)", wanted ? wanted : "(nothing)");
}

/* ---- statements against the live schema ---- */

#define ENTRY \
	"e.entry_id, e.account, e.amount, e.kind, e.tags, e.entered_at, "
#define FROM " FROM request r JOIN entry e USING (entry_id)"

static const struct {
	const char *text;
	const char *wanted; /* NULL: nothing is wrong */
} statements[] = {
	{ "SELECT r.request_no, " ENTRY "e.version" FROM, NULL },
	{ "SELECT r.request_no, " ENTRY "e.version AS versoin" FROM,
	  "wrong.sql: column versoin is not a field of ledger.Entry" },
	{ "SELECT r.request_no, e.entry_id, e.account" FROM,
	  "wrong.sql: no column gives field amount of ledger.Entry" },
	{ "SELECT " ENTRY "e.version" FROM,
	  "wrong.sql: there is no column request_no" },
	{ "SELECT r.request_no, " ENTRY "e.version::text" FROM,
	  "wrong.sql: column version does not have the type bigint" },
	{ "SELECT r.request_no, e.entry_id, e.account, e.amount, e.kind, "
	  "'x'::text AS tags, e.entered_at, e.version" FROM,
	  "wrong.sql: column tags does not have the type text[]" },
	{ "SELECT r.request_no, " ENTRY "e.version" FROM " WHERE r.acount = 'x'",
	  "wrong.sql: column r.acount does not exist (request is "
	  "ledger.GetEntryRequest)" },
	{ "SELECT r.request_no, " ENTRY "e.version FROM request r JOIN entri e "
	  "USING (entry_id)", "wrong.sql: relation \"entri\" does not exist" },
	{ "SELEC 1", "wrong.sql: syntax error" },
};

static void check_statements(struct sql *sql, struct arena *arena)
{
	size_t count = sizeof(statements) / sizeof(*statements);

	for (size_t i = 0; i < count; i++) {
		/* Static: a connection knows a statement by its address. */
		static struct statement wrong[16];
		struct binding binding = { &wrong[i],
					   &ledger__get_entry_request__descriptor,
					   &ledger__entry__descriptor, false };
		const char *problem = NULL;

		wrong[i] = (struct statement){ "wrong.sql",
					       statements[i].text };
		sql_check(sql, &binding, arena, &problem);
		check_says(statements[i].text, problem, statements[i].wanted);
	}
}

/* ---- rows against the contract ---- */

static const struct statement any = { "any.sql", "SELECT 1" };

#define GOOD_ROWS                                                   \
	{ .name = "GetEntry", .sql = { &any } },                    \
	{ .name = "ListEntries", .sql = { &any } },                 \
	{ .name = "AddEntry", .sql = { &any } }

static const struct method misnamed[] = {
	GOOD_ROWS, { .name = "PutEntri", .sql = { &any } }, { 0 }
};
static const struct method absent[] = { GOOD_ROWS, { 0 } };
static const struct method wrong_key[] = {
	GOOD_ROWS,
	{ .name = "PutEntry", .sql = { &any }, .key = "entry" },
	{ 0 }
};
static const struct method wrong_self[] = {
	GOOD_ROWS,
	{ .name = "PutEntry", .sql = { &any }, .self = "person_id" },
	{ 0 }
};
static const struct method empty[] = { GOOD_ROWS, { .name = "PutEntry" },
				       { 0 } };

static const struct {
	const struct method *methods;
	const char *wanted;
} tables[] = {
	{ misnamed, "method PutEntri: not an rpc of" },
	{ absent, "rpc PutEntry has no row" },
	{ wrong_key, "method PutEntry: key entry is not a field of "
		     "ledger.PutEntryRequest" },
	{ wrong_self, "method PutEntry: self person_id is not a field of" },
	{ empty, "method PutEntry: its row needs either sql or run" },
};

static void check_rows(struct arena *arena)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		struct service service = {
			.name = "ledger",
			.descriptor = &ledger__ledger__descriptor,
			.methods = tables[i].methods
		};
		struct plans plans;

		check_says(tables[i].wanted,
			   plans_make(&plans, &service, arena),
			   tables[i].wanted);
		free(plans.list);
	}
}

/* ---- the schema against what is embedded ---- */

static void check_migrations(struct sql *sql, struct arena *arena)
{
	const struct statement *own = sql_migrations;
	const struct statement changed[] = { { own->file, "SELECT 1" }, { 0 } };
	const struct statement longer[] = { *own, { "0002_more.sql", "" },
					    { 0 } };
	const struct statement renamed[] = { { "0001_other.sql", own->text },
					     { 0 } };
	const struct statement gap[] = { { "0000_before.sql", "" }, *own,
					 { 0 } };
	const struct statement none[] = { { 0 } };

	check_says("as embedded", migrate_check(sql, own, arena), NULL);
	check_says("changed", migrate_check(sql, changed, arena),
		   "0001_ledger.sql was changed after it had been applied");
	check_says("longer", migrate_check(sql, longer, arena),
		   "0002_more.sql is not applied yet");
	check_says("renamed", migrate_check(sql, renamed, arena),
		   "0001_ledger.sql, which this program does not know");
	check_says("gap", migrate_check(sql, gap, arena),
		   "has 0001_ledger.sql, but not 0000_before.sql before it");
	check_says("newer schema", migrate_check(sql, none, arena),
		   "0001_ledger.sql, which this program does not know");
}

/* ---- the real program ---- */

static void set_environment(const struct database *database)
{
	char secret[SEAL_KEY_TEXT], public[SEAL_KEY_TEXT], line[128];
	char signing[TOKEN_SECRET_TEXT], checking[TOKEN_PUBLIC_TEXT];

	seal_key_pair(secret, public);
	token_key_pair(signing, checking);
	snprintf(line, sizeof(line), "a %s", secret);
	setenv("ECHO_KEYS", line, 1);
	snprintf(line, sizeof(line), "ledger a %s", public);
	setenv("ECHO_PEERS", line, 1);
	snprintf(line, sizeof(line), "a %s", checking);
	setenv("ECHO_CREDENTIAL_KEYS", line, 1);
	setenv("ECHO_LISTEN", "tcp://127.0.0.1:0", 1);
	setenv("ECHO_PUBLISH", "tcp://127.0.0.1:0", 1);
	setenv("ECHO_HTTP_LISTEN", "http://127.0.0.1:0", 1);
	setenv("ECHO_LEDGER_URL", "tcp://127.0.0.1:1", 1);
	setenv("ECHO_DATABASE_URL", database->url, 1);
	unsetenv("ECHO_TEST_POSTGRES");
}

/* The program's exit status; what it said. */
static int start_program(const char *program, const struct database *database,
			 char *said, size_t size)
{
	int ends[2], status;
	size_t used = 0;
	ssize_t got;
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDERR_FILENO);
		set_environment(database);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while ((got = read(ends[0], said + used, size - used - 1)) > 0)
		used += (size_t)got;
	said[used] = '\0';
	close(ends[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_program(const char *program, const struct database *database,
			  struct sql *owner, const char *change,
			  const char *wanted)
{
	static char said[16384];
	struct error error = { STATUS_OK, "", "" };
	int status;

	if (sql_text(owner, change, 0, NULL, NULL, NULL, &error) != STATUS_OK)
		check_says(change, error.message, NULL);
	status = start_program(program, database, said, sizeof(said));
	check_says(change, said, wanted);
	if (status != 1) {
		failures++;
		fprintf(stderr, "%s: exit status %d, not 1\n", change, status);
	}
}

static void check_programs(const char *program,
			   const struct database *database)
{
	struct sql *owner = sql_open(database->owner_url, "owner");

	sql_schema(owner, "ledger");
	sql_ready(owner);
	check_program(program, database, owner,
		      "ALTER TABLE entry RENAME account TO acct",
		      "put_entry.sql: column");
	check_program(program, database, owner,
		      "ALTER TABLE entry RENAME acct TO account;"
		      "ALTER TABLE entry ADD owed bigint",
		      "column owed is not a field of ledger.Entry");
	check_program(program, database, owner,
		      "UPDATE migration SET sha256 = 'x' "
		      "WHERE file = '0001_ledger.sql'",
		      "0001_ledger.sql was changed after it had been applied");
	check_program(program, database, owner,
		      "DELETE FROM migration WHERE file = '0001_ledger.sql'",
		      "0001_ledger.sql is not applied yet");
	sql_close(owner);
}

int main(int argc, char **argv)
{
	struct database database;
	struct arena *arena = arena_new(1 << 14);
	struct sql *sql;

	if (argc != 2)
		return 2;
	database_make(&database, "ledger", sql_migrations);
	sql = sql_open(database.url, "contract");
	sql_schema(sql, "ledger");
	if (!sql_ready(sql))
		return 2;
	check_statements(sql, arena);
	check_rows(arena);
	check_migrations(sql, arena);
	sql_close(sql);
	check_programs(argv[1], &database);
	database_drop(&database);
	arena_free(arena);
	printf("contract: %d failures\n", failures);
	return failures ? 1 : 0;
}
