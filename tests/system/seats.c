/*
 * seats: a thousand people ask for fifty seats at once, each twice, for
 * themselves, through several connections to two replicas. Nobody has two
 * memberships, there is never a seat too many and in the end none too few, and
 * who waits longest is next.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "registry.pb-c.h"
#include "schema_of_registry_sql.h"
#include "services/common/base/clock.h"
#include "system_sql.h"
#include "tests/support/credential.h"
#include "tests/system/load.h"

#define REPLICAS 2
#define THREADS 12
#define PEOPLE 1000
#define SEATS 50
#define LEAVERS 30
#define NETWORK "00000000-0000-4000-8000-000000000011"
#define PATIENCE_US (20 * CLOCK_SECOND)

static struct stage stage = { .stranger = true };
static struct rpc_peer *peer;
static atomic_int next_call, answered;

static void call(struct arena *arena, const char *method,
		 const ProtobufCMessage *request, const char *person_id)
{
	struct rpc_options options = { .timeout_us = PATIENCE_US,
				       .try_timeout_us = PATIENCE_US };
	ProtobufCMessage *reply = NULL;
	struct error error;
	enum status status;

	credential_person(&stage, arena, person_id, &options);
	do
		status = rpc_call(peer, method, request,
				  &registry__membership__descriptor, arena,
				  &options, &reply, &error);
	while (status == STATUS_OVERLOADED || status == STATUS_CONFLICT);
	CHECK(status == STATUS_OK, "%s: %s: %s", method, status_name(status),
	      error.message);
	atomic_fetch_add(&answered, 1);
}

static void join(struct arena *arena, const char *person_id)
{
	Registry__JoinRequest request = REGISTRY__JOIN_REQUEST__INIT;

	request.person_id = (char *)(uintptr_t)person_id;
	request.network_id = (char *)(uintptr_t)NETWORK;
	call(arena, "Join", &request.base, person_id);
}

static void leave(struct arena *arena, const char *person_id)
{
	Registry__LeaveRequest request = REGISTRY__LEAVE_REQUEST__INIT;

	request.person_id = (char *)(uintptr_t)person_id;
	request.network_id = (char *)(uintptr_t)NETWORK;
	call(arena, "Leave", &request.base, person_id);
}

/* Person n of the world. */
static const char *person(struct arena *arena, long long n)
{
	return arena_printf(arena, "00000000-0000-4000-8000-1%011lld", n);
}

struct crowd {
	void (*act)(struct arena *arena, const char *person_id);
	const long long *people; /* NULL: everybody, each twice */
	int calls;
};

static void *crowd_main(void *arg)
{
	const struct crowd *crowd = arg;
	struct arena *arena = arena_new(8192);
	int n;

	while ((n = atomic_fetch_add(&next_call, 1)) < crowd->calls) {
		crowd->act(arena, person(arena, crowd->people
							? crowd->people[n]
							: n / 2));
		arena_reset(arena);
	}
	arena_free(arena);
	return NULL;
}

/* All at once; whoever looks meanwhile sees no seat too many. */
static void act_together(struct crowd crowd)
{
	pthread_t threads[THREADS];
	long long most = 0, looks = 0;
	int64_t since = clock_monotonic();

	atomic_store(&next_call, 0);
	atomic_store(&answered, 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, crowd_main, &crowd),
		      "no thread");
	for (; atomic_load(&answered) < crowd.calls; looks++) {
		long long taken = stage_query(&stage, system_seats_taken.text);

		most = taken > most ? taken : most;
		load_pause(10 * 1000);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	check_note("%d calls in %.2f s; %lld looks saw at most %lld seats taken",
		   crowd.calls,
		   (double)(clock_monotonic() - since) / CLOCK_SECOND, looks,
		   most);
	CHECK_NUMBER(most, <=, SEATS);
}

static long long count(const char *what)
{
	char query[256];

	snprintf(query, sizeof(query),
		 "SELECT count(*) FROM membership WHERE %s", what);
	return stage_query(&stage, query);
}

/* The timer gives what a group kept for somebody who had just been served. */
static void wait_until_full(void)
{
	int64_t until = clock_monotonic() + PATIENCE_US;

	while (count("status = 'approved'") < SEATS) {
		CHECK(clock_monotonic() < until, "seats stay free");
		load_pause(50 * 1000);
	}
	CHECK_NUMBER(count("status = 'approved'"), ==, SEATS);
}

static void test_asked(void)
{
	check_theme("a thousand people ask at once, twice each: fifty have a "
		    "seat, the others wait, nobody has two memberships");
	act_together((struct crowd){ join, NULL, 2 * PEOPLE });
	wait_until_full();
	CHECK_NUMBER(count("status = 'waitlisted'"), ==, PEOPLE - SEATS);
}

static void test_left(void)
{
	long long leavers[LEAVERS];

	check_theme("those who leave make place for who waits longest, and no "
		    "seat is lost");
	for (int i = 0; i < LEAVERS; i++) {
		char query[160];

		snprintf(query, sizeof(query),
			 "SELECT right(person_id::text, 11)::bigint "
			 "FROM membership WHERE status = 'approved' "
			 "ORDER BY person_id OFFSET %d LIMIT 1", i);
		leavers[i] = stage_query(&stage, query);
	}
	act_together((struct crowd){ leave, leavers, LEAVERS });
	wait_until_full();
	CHECK_NUMBER(count("status = 'left'"), ==, LEAVERS);
	CHECK_NUMBER(count("status = 'waitlisted'"), ==,
		     PEOPLE - SEATS - LEAVERS);
	CHECK_NUMBER(stage_query(&stage, system_seats_overtaken.text), ==, 0);
}

int main(int argc, char **argv)
{
	char keys[256];
	const char *const settings[] = {
		keys, "ECHO_NOTIFIER_URL=tcp://127.0.0.1:1",
		"ECHO_SCHEDULER_URL=tcp://127.0.0.1:1", NULL
	};

	if (argc < 2)
		return 2;
	check_on(&stage);
	stage_make(&stage, "registry", argv[1], registry_migrations, REPLICAS);
	snprintf(keys, sizeof(keys), "ECHO_SIGNING_KEYS=%s",
		 stage.signing_keys);
	stage.settings = settings;
	CHECK_NUMBER(stage_query(&stage, system_seats_world.text), ==, PEOPLE);
	for (int i = 0; i < REPLICAS; i++)
		stage_start(&stage, i);
	peer = stage_peer(&stage);
	test_asked();
	test_left();
	rpc_peer_free(peer);
	for (int i = 0; i < REPLICAS; i++)
		CHECK_NUMBER(stage_signal(&stage, i, SIGTERM), ==, 0);
	stage_end(&stage);
	return 0;
}
