/* direct: transactions that overlap, and the cursor that trips over them. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/base/id.h"
#include "system_sql.h"
#include "tests/system/direct.h"
#include "tests/system/load.h"

#define ENTRIES 16 /* of each thread; then the oldest goes */
#define HOLD_US 50000
#define NAIVE_LOOK_US 2000

struct hand {
	struct direct *direct;
	pthread_t thread;
	struct sql *sql;
	unsigned random;
	char ids[ENTRIES][ID_TEXT];
};

struct direct {
	struct stage *stage;
	int count;
	struct hand *hands;
	pthread_t naive;
	struct sql *naive_sql;
	long long naive_seen, naive_at;
	atomic_bool stop;
	atomic_long committed;
};

static void run(struct sql *sql, const char *text, const char *id)
{
	struct error error = { STATUS_OK, "", "" };

	CHECK(sql_text(sql, text, id ? 1 : 0, &id, NULL, NULL, &error) ==
		      STATUS_OK,
	      "%s: %s", text, error.message);
}

static unsigned chance(struct hand *hand, unsigned below)
{
	return (unsigned)rand_r(&hand->random) % below;
}

/* A new entry, the end of one, or most of the time another version. */
static void change(struct hand *hand, char next[ID_TEXT], unsigned place)
{
	uint8_t id[ID_BYTES];

	strcpy(next, hand->ids[place]);
	if (next[0] && chance(hand, 8)) {
		run(hand->sql, system_entry_change.text, next);
		return;
	}
	if (next[0])
		run(hand->sql, system_entry_drop.text, next);
	id_new(id);
	id_format(id, next);
	run(hand->sql, system_entry_add.text, next);
}

static void transact(struct hand *hand)
{
	unsigned place = chance(hand, ENTRIES);
	char next[ID_TEXT];

	run(hand->sql, "BEGIN", NULL);
	change(hand, next, place);
	run(hand->sql, system_control_add.text, NULL);
	load_pause(chance(hand, HOLD_US));
	if (!chance(hand, 10)) {
		run(hand->sql, "ROLLBACK", NULL);
		return;
	}
	run(hand->sql, "COMMIT", NULL);
	strcpy(hand->ids[place], next);
	atomic_fetch_add(&hand->direct->committed, 1);
}

static void *hand_main(void *arg)
{
	struct hand *hand = arg;

	while (!atomic_load(&hand->direct->stop))
		transact(hand);
	return NULL;
}

static void naive_row(void *context, int columns, const char *const values[])
{
	struct direct *direct = context;

	(void)columns;
	direct->naive_seen += strtoll(values[0], NULL, 10);
	direct->naive_at = strtoll(values[1], NULL, 10);
}

static void naive_look(struct direct *direct)
{
	struct arena *arena = arena_new(256);
	const char *at = arena_printf(arena, "%lld", direct->naive_at);

	CHECK_STATUS(sql_text(direct->naive_sql, system_control_look.text, 1,
			      &at, naive_row, direct, NULL),
		     STATUS_OK);
	arena_free(arena);
}

static void *naive_main(void *arg)
{
	struct direct *direct = arg;

	while (!atomic_load(&direct->stop)) {
		naive_look(direct);
		load_pause(NAIVE_LOOK_US);
	}
	return NULL;
}

static struct sql *open_sql(struct direct *direct)
{
	struct sql *sql = sql_open(direct->stage->database.owner_url, "direct");

	sql_schema(sql, direct->stage->service);
	CHECK(sql_ready(sql), "the database does not answer");
	return sql;
}

struct direct *direct_start(struct stage *stage, int threads)
{
	struct direct *direct = calloc(1, sizeof(*direct));

	CHECK(direct, "no memory");
	direct->stage = stage;
	direct->count = threads;
	direct->hands = calloc((size_t)threads, sizeof(*direct->hands));
	direct->naive_sql = open_sql(direct);
	run(direct->naive_sql, system_control_make.text, NULL);
	CHECK(direct->hands &&
		      !pthread_create(&direct->naive, NULL, naive_main, direct),
	      "no thread");
	for (int i = 0; i < threads; i++) {
		struct hand *hand = &direct->hands[i];

		hand->direct = direct;
		hand->random = (unsigned)i + 1;
		hand->sql = open_sql(direct);
		CHECK(!pthread_create(&hand->thread, NULL, hand_main, hand),
		      "no thread");
	}
	return direct;
}

void direct_stop(struct direct *direct)
{
	atomic_store(&direct->stop, true);
	for (int i = 0; i < direct->count; i++)
		pthread_join(direct->hands[i].thread, NULL);
	pthread_join(direct->naive, NULL);
}

long direct_committed(const struct direct *direct)
{
	return atomic_load(&direct->committed);
}

long long direct_naive_lost(struct direct *direct)
{
	naive_look(direct);
	return stage_query(direct->stage, system_control_count.text) -
	       direct->naive_seen;
}

void direct_free(struct direct *direct)
{
	for (int i = 0; i < direct->count; i++)
		sql_close(direct->hands[i].sql);
	sql_close(direct->naive_sql);
	free(direct->hands);
	free(direct);
}
