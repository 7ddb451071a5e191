/*
 * year: a superhub's year in some seconds. Members, hubs and the superhub act at
 * random and all at once on two replicas of the registry, one of which is now
 * and then killed, while the domain's time goes from April to March. What must
 * hold holds: no seat too many and none kept back, one membership for each
 * person and network, legal transitions only, an audit trail without a gap. Then
 * one of the people is erased, and leaves no trace.
 *
 *   system_year REGISTRY SUPERHUB [HUBS NETWORKS PEOPLE COMMANDS]
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry.pb-c.h"
#include "schema_of_registry_sql.h"
#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "services/common/wire/json.h"
#include "system_sql.h"
#include "tests/support/credential.h"
#include "tests/system/load.h"

#define REPLICAS 2
#define THREADS 16
#define DAYS 365
#define PATIENCE_US (20 * CLOCK_SECOND)
#define KILL_EVERY 40 /* days */
#define RAISE_EVERY 30

static struct stage stage = { .stranger = true };
static struct rpc_peer *peer;
static long hubs = 10, networks = 50, people = 2000, commands = 8000;
static char clock_path[64];
static atomic_long given;

/* ---- what they do: letters stand for ids, * for a random choice ---- */

enum who { SELF, HUB_ADMIN, SUPERHUB };

/* P the person, N a network, H its hub, M the membership of both. */
static const struct act {
	const char *method;
	enum who who;
	int weight;
	const char *json;
	bool illegal; /* never done; everything else is, at least once */
} acts[] = {
	{ "Join", SELF, 36,
	  "{'membership_id':'M','person_id':'P','network_id':'N'}" },
	{ "Leave", SELF, 8, "{'person_id':'P','network_id':'N'}" },
	{ "PauseMembership", SELF, 4,
	  "{'person_id':'P','network_id':'N','paused':true}" },
	{ "PauseMembership", SELF, 4, "{'person_id':'P','network_id':'N'}" },
	{ "PutPerson", SELF, 5,
	  "{'person_id':'P','first_name':'Person','emails':"
	  "[{'address':'P@example.org'}]}" },
	{ "DecideMembership", HUB_ADMIN, 22,
	  "{'membership_id':'M','decision':'approve'}" },
	{ "DecideMembership", HUB_ADMIN, 6,
	  "{'membership_id':'M','decision':'decline','reason':'Full'}" },
	{ "DecideMembership", HUB_ADMIN, 4,
	  "{'membership_id':'M','decision':'remove','reason':'Moved'}" },
	{ "InviteMember", HUB_ADMIN, 6,
	  "{'membership_id':'M','person_id':'P','network_id':'N'}" },
	{ "ChangeNetworkStatus", HUB_ADMIN, 1,
	  "{'network_id':'N','status':'paused'}" },
	{ "ChangeNetworkStatus", HUB_ADMIN, 3,
	  "{'network_id':'N','status':'open'}" },
	{ "ChangeHubStatus", SUPERHUB, 1,
	  "{'hub_id':'H','status':'orientation_attended','reason':'Came'}" },
	{ "ChangeHubStatus", SUPERHUB, 1,
	  "{'hub_id':'H','status':'applied','reason':'The form came'}" },
	{ "ChangeHubStatus", SUPERHUB, 1,
	  "{'hub_id':'H','status':'active','reason':'Too soon'}",
	  .illegal = true },
};
enum { ACTS = sizeof(acts) / sizeof(acts[0]), STATUSES = 12, SLOTS = 3 };

static atomic_long outcomes[ACTS][STATUSES];

struct actor {
	unsigned random;
	struct arena *arena;
	struct text acknowledged; /* ('id',version), ... */
	long acknowledgements;
};

static long choose(struct actor *actor, long below)
{
	return rand_r(&actor->random) % below;
}

static const struct act *choose_act(struct actor *actor)
{
	long total = 0, at;

	for (size_t i = 0; i < ACTS; i++)
		total += acts[i].weight;
	at = choose(actor, total);
	for (size_t i = 0; i < ACTS; i++)
		if ((at -= acts[i].weight) < 0)
			return &acts[i];
	return acts;
}

/* Everybody may belong to three of the networks. */
struct case_ids {
	const char *person, *network, *hub, *membership;
};

static struct case_ids choose_ids(struct actor *actor)
{
	long person = choose(actor, people), slot = choose(actor, SLOTS);
	long network = (person * 7 + slot * 11) % networks;
	struct arena *arena = actor->arena;

	return (struct case_ids){
		arena_printf(arena, "00000000-0000-4000-8000-1%011ld", person),
		arena_printf(arena, "00000000-0000-4000-8000-9%011ld", network),
		arena_printf(arena, "00000000-0000-4000-8000-8%011ld",
			     network % hubs),
		arena_printf(arena, "00000000-0000-4000-8000-3%09ld%02ld",
			     person, slot)
	};
}

static const char *fill(struct arena *arena, const char *json,
			const struct case_ids *ids)
{
	struct text text = text_new(arena);

	for (const char *c = json; *c; c++) {
		/* A letter that stands for an id begins a string. */
		bool id = c > json && c[-1] == '\'' && strchr("PNHM", *c) &&
			  (c[1] == '\'' || c[1] == '@');

		if (*c == '\'')
			text_add_char(&text, '"');
		else if (id)
			text_add(&text, *c == 'P'   ? ids->person
					: *c == 'N' ? ids->network
					: *c == 'H' ? ids->hub
						    : ids->membership);
		else
			text_add_char(&text, *c);
	}
	return text.bytes;
}

static void sign_in(const struct act *act, const struct case_ids *ids,
		    struct arena *arena, struct rpc_options *options)
{
	if (act->who == SELF)
		credential_person(&stage, arena, ids->person, options);
	else if (act->who == HUB_ADMIN)
		credential_role(&stage, arena, "hub_admin",
				RPC__GRANT__SCOPE__hub, ids->hub, options);
	else
		credential_role(&stage, arena, "superhub_admin",
				RPC__GRANT__SCOPE__superhub, "", options);
}

static bool is_transient(enum status status)
{
	return status == STATUS_OVERLOADED || status == STATUS_UNAVAILABLE ||
	       status == STATUS_UNCERTAIN || status == STATUS_DEADLINE;
}

static void note(struct actor *actor, const ProtobufCMessage *reply)
{
	const Registry__Membership *membership =
		(const Registry__Membership *)reply;

	if (reply->descriptor != &registry__membership__descriptor)
		return;
	text_printf(&actor->acknowledged, "%s('%s'::uuid,%lld)",
		    actor->acknowledged.length ? "," : "",
		    membership->membership_id, (long long)membership->version);
	actor->acknowledgements++;
}

/* One command, repeated with its request id until it is answered. */
static void act_once(struct actor *actor)
{
	const struct act *act = choose_act(actor);
	const ProtobufCMethodDescriptor *method =
		protobuf_c_service_descriptor_get_method_by_name(
			&registry__registry__descriptor, act->method);
	struct case_ids ids = choose_ids(actor);
	struct rpc_options options = { .timeout_us = PATIENCE_US };
	ProtobufCMessage *request, *reply = NULL;
	struct error error = { STATUS_OK, "", "" };
	uint8_t id[ID_BYTES];
	enum status status;

	id_new(id);
	options.request_id = id;
	CHECK_STATUS(json_parse(actor->arena, method->input,
				fill(actor->arena, act->json, &ids), &request,
				&error), STATUS_OK);
	sign_in(act, &ids, actor->arena, &options);
	do
		status = rpc_call(peer, act->method, request, method->output,
				  actor->arena, &options, &reply, &error);
	while (is_transient(status));
	CHECK(status == STATUS_OK || status == STATUS_INVALID ||
		      status == STATUS_FORBIDDEN ||
		      status == STATUS_NOT_FOUND || status == STATUS_CONFLICT,
	      "%s: %s: %s", act->method, status_name(status), error.message);
	atomic_fetch_add(&outcomes[act - acts][status], 1);
	if (status == STATUS_OK)
		note(actor, reply);
}

/* ---- what was acknowledged is there, or went by the rules of retention ---- */

static void check_acknowledged(struct actor *actor, struct arena *keep)
{
	if (actor->acknowledgements)
		CHECK_NUMBER(stage_query(&stage, arena_printf(keep,
			"SELECT count(*) FROM (VALUES %s) a(id, version) "
			"LEFT JOIN membership m ON m.membership_id = a.id "
			"WHERE coalesce(m.version, 0) < a.version "
			"AND NOT EXISTS (SELECT FROM audit_event e "
			"WHERE e.keys @> ARRAY[a.id::text] "
			"AND e.action = 'delete' "
			"AND e.method = 'retain_requests')",
			actor->acknowledged.bytes)), ==, 0);
	actor->acknowledgements = 0;
	arena_reset(keep);
	actor->acknowledged = text_new(keep);
}

static void *actor_main(void *arg)
{
	struct arena *keep = arena_new(1 << 16);
	struct actor actor = { .random = (unsigned)(size_t)arg + 1,
			       .arena = arena_new(1 << 14),
			       .acknowledged = text_new(keep) };

	while (atomic_fetch_add(&given, 1) < commands) {
		act_once(&actor);
		arena_reset(actor.arena);
		if (actor.acknowledgements == 2000)
			check_acknowledged(&actor, keep);
	}
	check_acknowledged(&actor, keep);
	arena_free(actor.arena);
	arena_free(keep);
	return NULL;
}

/* ---- the year ---- */

static void set_day(int day)
{
	static const int64_t april = INT64_C(1617235200) * CLOCK_SECOND;
	char text[CLOCK_TEXT_MAX], next[80];
	FILE *file;

	snprintf(next, sizeof(next), "%s.next", clock_path);
	clock_format(april + day * 86400 * CLOCK_SECOND, text);
	file = fopen(next, "we");
	CHECK(file && fputs(text, file) >= 0 && !fclose(file), "%s", next);
	CHECK(!rename(next, clock_path), "%s", clock_path);
}

/* The days go by as the commands do; one replica dies, larger rooms are found. */
static void live(void)
{
	int kills = 0;

	for (int day = 0; day < DAYS; day++) {
		set_day(day);
		if (day % RAISE_EVERY == RAISE_EVERY - 1)
			CHECK_NUMBER(stage_query(&stage,
						 system_year_larger.text),
				     >, 0);
		if (day % KILL_EVERY == KILL_EVERY - 1 &&
		    stage_ready(&stage, 1 - kills % 2)) {
			stage_signal(&stage, kills % REPLICAS, SIGKILL);
			stage_spawn(&stage, kills % REPLICAS);
			kills++;
		}
		while (atomic_load(&given) < commands / DAYS * day)
			load_pause(2000);
	}
	check_note("%d replicas were killed", kills);
	CHECK_NUMBER(kills, >, 0);
}

static void check_outcomes(void)
{
	for (size_t i = 0; i < ACTS; i++) {
		check_note("%-20s OK %ld, INVALID %ld, FORBIDDEN %ld, NOT_FOUND "
			   "%ld, CONFLICT %ld", acts[i].method,
			   outcomes[i][STATUS_OK], outcomes[i][STATUS_INVALID],
			   outcomes[i][STATUS_FORBIDDEN],
			   outcomes[i][STATUS_NOT_FOUND],
			   outcomes[i][STATUS_CONFLICT]);
		CHECK((outcomes[i][STATUS_OK] == 0) == acts[i].illegal,
		      "that is not what %s should do", acts[i].json);
	}
}

static void test_year(void)
{
	pthread_t threads[THREADS];
	int64_t since = clock_monotonic();
	double seconds;

	check_theme("a year of commands by many at once, with replicas that "
		    "die: every acknowledged one is there");
	for (size_t i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, actor_main,
				      (void *)i), "no thread");
	live();
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	seconds = (double)(clock_monotonic() - since) / CLOCK_SECOND;
	check_note("%ld hubs, %ld networks, %ld people, %ld commands in %.1f s: "
		   "%.0f/s", hubs, networks, people, commands, seconds,
		   (double)commands / seconds);
	check_outcomes();
}

static void wait_for_none(const char *query, const char *what)
{
	int64_t until = clock_monotonic() + PATIENCE_US;

	while (stage_query(&stage, query) != 0) {
		CHECK(clock_monotonic() < until, "%s", what);
		load_pause(100 * 1000);
	}
}

static void test_invariants(void)
{
	check_theme("no network has more members than seats, and nobody waits "
		    "beside a free one");
	CHECK_NUMBER(stage_query(&stage, system_year_overfull.text), ==, 0);
	wait_for_none(system_year_kept_seats.text, "seats are kept back");
	check_theme("nobody has two memberships of one network");
	CHECK_NUMBER(stage_query(&stage,
		"SELECT count(*) - count(DISTINCT (person_id, network_id)) "
		"FROM membership"), ==, 0);
	check_theme("every change of state is one that the table has, and "
		    "begins where the one before ended");
	CHECK_NUMBER(stage_query(&stage, system_year_illegal.text), ==, 0);
	check_theme("every version of a membership is an event of the audit "
		    "trail, each the next one's beginning");
	CHECK_NUMBER(stage_query(&stage, system_year_unaudited.text), ==, 0);
}

/* ---- one of them is forgotten ---- */

static void ask_as_operator(const char *name, const char *json)
{
	const ProtobufCMethodDescriptor *method =
		protobuf_c_service_descriptor_get_method_by_name(
			&registry__registry__descriptor, name);
	struct rpc_options options = { .timeout_us = PATIENCE_US };
	struct arena *arena = arena_new(1 << 14);
	ProtobufCMessage *request, *reply = NULL;
	struct error error = { STATUS_OK, "", "" };

	credential_admin(&stage, arena, &options);
	CHECK_STATUS(json_parse(arena, method->input, json, &request, &error),
		     STATUS_OK);
	CHECK(rpc_call(peer, name, request, method->output, arena, &options,
		       &reply, &error) == STATUS_OK,
	      "%s: %s", name, error.message);
	arena_free(arena);
}

/* Lines of a dump that hold the name or the address. */
static long count_traces(void)
{
	char command[640], line[32] = "";
	FILE *out;

	snprintf(command, sizeof(command),
		 "pg_dump '%s' | grep -ci quillfeather",
		 stage.database.owner_url);
	out = popen(command, "re");
	CHECK(out && fgets(line, sizeof(line), out), "no dump");
	pclose(out);
	return strtol(line, NULL, 10);
}

static void test_erased(void)
{
	static const char totals[] =
		"SELECT (SELECT count(*) FROM person) + (SELECT count(*) "
		"FROM membership) + (SELECT count(*) FROM role_grant)";
	long long before;
	int64_t since;

	check_theme("one of them is erased: no trace is left, and as many "
		    "are counted");
	ask_as_operator("PutPerson",
		"{\"person_id\":\"00000000-0000-4000-8000-100000000042\","
		"\"first_name\":\"Wren\",\"last_name\":\"Quillfeather\","
		"\"emails\":[{\"address\":\"quillfeather@example.org\"}]}");
	before = stage_query(&stage, totals);
	CHECK_NUMBER(count_traces(), >, 3);
	since = clock_monotonic();
	ask_as_operator("ErasePerson", "{\"person_id\":"
			"\"00000000-0000-4000-8000-100000000042\"}");
	check_note("erased in %lld ms",
		   (long long)(clock_monotonic() - since) / 1000);
	CHECK_NUMBER(count_traces(), ==, 0);
	CHECK_NUMBER(stage_query(&stage, totals), ==, before);
}

/* ---- the audit trail ---- */

static int verify(const char *superhub)
{
	char command[256], line[256];
	FILE *out;
	int status;

	/* the client refuses settings that it does not know */
	snprintf(command, sizeof(command),
		 "env -u ECHO_TEST_POSTGRES %s audit verify 2>&1", superhub);
	out = popen(command, "re");
	CHECK(out, "%s does not start", superhub);
	if (fgets(line, sizeof(line), out))
		check_note("%.*s", (int)strcspn(line, "\n"), line);
	while (fgets(line, sizeof(line), out))
		;
	status = pclose(out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_audit(const char *superhub)
{
	/* a letter more, and then as it was */
	static const char *const tampers[] = {
		"WITH one AS (UPDATE audit_event SET caller = caller || 'x' "
		"WHERE event_id = (SELECT min(event_id) FROM audit_event) "
		"RETURNING 1) SELECT count(*) FROM one",
		"WITH one AS (UPDATE audit_event SET caller = left(caller, -1) "
		"WHERE event_id = (SELECT min(event_id) FROM audit_event) "
		"RETURNING 1) SELECT count(*) FROM one"
	};
	char url[64];

	check_theme("the audit trail verifies, and one changed letter in it is "
		    "found");
	wait_for_none("SELECT count(*) FROM audit_event WHERE batch_no IS NULL",
		      "events are not sealed");
	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", stage.replicas[0].port);
	setenv("ECHO_REGISTRY_URL", url, 1);
	setenv("ECHO_KEYS", stage.client_keys, 1);
	setenv("ECHO_PEERS", stage.peers, 1);
	setenv("ECHO_CREDENTIAL_KEYS", stage.credential_keys, 1);
	CHECK_NUMBER(verify(superhub), ==, 0);
	for (int i = 0; i < 2; i++) {
		CHECK_NUMBER(stage_query(&stage, tampers[i]), ==, 1);
		CHECK_NUMBER(verify(superhub), ==, !i);
	}
}

static void make_world(void)
{
	struct arena *arena = arena_new(1 << 14);
	const char *query = arena_printf(arena,
		"WITH size (hubs, networks, people) AS (VALUES (%ld, %ld, %ld)), "
		"%s", hubs, networks, people, system_year_world.text);

	CHECK_NUMBER(stage_query(&stage, query), ==, people);
	arena_free(arena);
}

int main(int argc, char **argv)
{
	char keys[256], file[96];
	const char *const settings[] = {
		keys, file, "ECHO_NOTIFIER_URL=tcp://127.0.0.1:1",
		"ECHO_SCHEDULER_URL=tcp://127.0.0.1:1", NULL
	};
	long *const sizes[] = { &hubs, &networks, &people, &commands };

	if (argc < 2 || argc > 7)
		return 2;
	for (int i = 3; i < argc; i++)
		*sizes[i - 3] = strtol(argv[i], NULL, 10);
	snprintf(clock_path, sizeof(clock_path), "/tmp/year.%d", (int)getpid());
	check_on(&stage);
	stage_make(&stage, "registry", argv[1], registry_migrations, REPLICAS);
	snprintf(keys, sizeof(keys), "ECHO_SIGNING_KEYS=%s",
		 stage.signing_keys);
	snprintf(file, sizeof(file), "ECHO_CLOCK_FILE=%s", clock_path);
	stage.settings = settings;
	make_world();
	set_day(0);
	for (int i = 0; i < REPLICAS; i++)
		stage_start(&stage, i);
	peer = stage_peer(&stage);
	test_year();
	test_invariants();
	test_erased();
	if (argc > 2) /* a build without the client verifies nothing */
		test_audit(argv[2]);
	rpc_peer_free(peer);
	for (int i = 0; i < REPLICAS; i++)
		CHECK_NUMBER(stage_signal(&stage, i, SIGTERM), ==, 0);
	unlink(clock_path);
	stage_end(&stage);
	return 0;
}
