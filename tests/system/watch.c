/* watch: pages of changes, and a table of what they came to. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.pb-c.h"
#include "services/common/base/clock.h"
#include "system_sql.h"
#include "tests/system/load.h"
#include "tests/system/watch.h"

#define PAGE 200       /* small, so that there are many */
#define KEYS (1 << 18) /* of the table, at most half full */
#define LOOK_US (20 * 1000)
#define PATIENCE_US (20 * CLOCK_SECOND)

struct seen {
	char key[ID_TEXT]; /* "": empty */
	int64_t version;
	bool deleted, found;
};

struct watch {
	struct stage *stage;
	struct rpc_peer *peer;
	struct arena *arena;
	pthread_t thread;
	atomic_bool stop;
	struct seen *table;
	size_t count;
	int64_t seq;
	char epoch_id[ID_TEXT];
	long long changes, rows;
};

static struct seen *find(struct watch *watch, const char *key)
{
	size_t place = 5381;

	for (const char *c = key; *c; c++)
		place = place * 33 + (unsigned char)*c;
	place *= 0x9e3779b97f4a7c15;
	for (place >>= 40; watch->table[place % KEYS].key[0]; place++)
		if (!strcmp(watch->table[place % KEYS].key, key))
			break;
	return &watch->table[place % KEYS];
}

static void take_change(struct watch *watch, const Rpc__Change *change)
{
	struct seen *seen = find(watch, change->key);
	ProtobufCMessage *message = NULL;
	int64_t version = 0;

	CHECK_NUMBER(change->seq, >, watch->seq);
	watch->seq = change->seq;
	watch->changes++;
	if (!seen->key[0]) {
		CHECK_NUMBER((long long)++watch->count, <, KEYS / 2);
		CHECK_NUMBER((long long)strlen(change->key), ==, ID_TEXT - 1);
		strcpy(seen->key, change->key);
	}
	CHECK(change->deleted || !seen->deleted, "%s came back after its end",
	      change->key);
	seen->deleted = change->deleted;
	if (change->deleted)
		return;
	CHECK_STATUS(message_decode(watch->arena, &ledger__entry__descriptor,
				    change->entity.data, change->entity.len,
				    &message, NULL),
		     STATUS_OK);
	version = ((const Ledger__Entry *)message)->version;
	CHECK(version >= seen->version, "%s went back from %lld to %lld",
	      change->key, (long long)seen->version, (long long)version);
	seen->version = version;
}

static enum status ask(struct watch *watch, Rpc__ChangesReply **reply)
{
	Rpc__ChangesRequest request = RPC__CHANGES_REQUEST__INIT;
	ProtobufCMessage *message = NULL;
	enum status status;

	request.feed = (char *)(uintptr_t) "entry";
	request.epoch_id = watch->epoch_id;
	request.after_seq = watch->seq;
	request.limit = PAGE;
	status = rpc_call(watch->peer, "Changes", &request.base,
			  &rpc__changes_reply__descriptor, watch->arena, NULL,
			  &message, NULL);
	*reply = (Rpc__ChangesReply *)message;
	return status;
}

/* True when there may be more at once. */
static bool look(struct watch *watch)
{
	Rpc__ChangesReply *reply;
	enum status status = ask(watch, &reply);
	bool full;

	if (status != STATUS_OK) {
		CHECK(status_is_transient(status), "%s", status_name(status));
		return false;
	}
	CHECK(!watch->epoch_id[0] || !strcmp(watch->epoch_id, reply->epoch_id),
	      "another epoch");
	CHECK_NUMBER((long long)strlen(reply->epoch_id), ==, ID_TEXT - 1);
	strcpy(watch->epoch_id, reply->epoch_id);
	for (size_t i = 0; i < reply->n_changes; i++)
		take_change(watch, reply->changes[i]);
	full = reply->n_changes == PAGE;
	if (!full) {
		CHECK_NUMBER(reply->head_seq, >=, watch->seq);
		watch->seq = reply->head_seq;
	}
	arena_reset(watch->arena);
	return full;
}

static void *watch_main(void *arg)
{
	struct watch *watch = arg;

	while (!atomic_load(&watch->stop))
		if (!look(watch))
			load_pause(LOOK_US);
	return NULL;
}

struct watch *watch_start(struct stage *stage, struct rpc_peer *peer)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	CHECK(watch, "no memory");
	watch->stage = stage;
	watch->peer = peer;
	watch->arena = arena_new(1 << 16);
	watch->table = calloc(KEYS, sizeof(*watch->table));
	CHECK(watch->table &&
		      !pthread_create(&watch->thread, NULL, watch_main, watch),
	      "no thread");
	return watch;
}

/* Caught up when the head is reached and nothing is staged any more. */
void watch_stop(struct watch *watch)
{
	int64_t until = clock_monotonic() + PATIENCE_US;

	atomic_store(&watch->stop, true);
	pthread_join(watch->thread, NULL);
	while (look(watch) ||
	       stage_query(watch->stage,
			   "SELECT h.seq + (SELECT count(*) "
			   "FROM change_staged) FROM feed_head h") !=
		       watch->seq) {
		CHECK(clock_monotonic() < until, "never at the head");
		load_pause(LOOK_US);
	}
}

static void check_row(void *context, int columns, const char *const values[])
{
	struct watch *watch = context;
	struct seen *seen = find(watch, values[0]);

	(void)columns;
	CHECK(seen->key[0], "%s was lost", values[0]);
	CHECK(!seen->deleted, "%s was taken for deleted", values[0]);
	CHECK_NUMBER(seen->version, ==, strtoll(values[1], NULL, 10));
	seen->found = true;
	watch->rows++;
}

void watch_check_table(struct watch *watch)
{
	struct sql *sql = sql_open(watch->stage->database.owner_url, "watch");
	struct error error = { STATUS_OK, "", "" };

	sql_schema(sql, "ledger");
	CHECK(sql_ready(sql), "the database does not answer");
	CHECK_STATUS(sql_text(sql, system_entry_list.text, 0, NULL, check_row,
			      watch, &error),
		     STATUS_OK);
	sql_close(sql);
	for (size_t i = 0; i < KEYS; i++) {
		const struct seen *seen = &watch->table[i];

		CHECK(!seen->key[0] || seen->deleted || seen->found,
		      "%s is no longer there, and nothing said so", seen->key);
	}
	check_note("%lld changes of %zu keys followed, %lld rows stand",
		   watch->changes, watch->count, watch->rows);
}

long long watch_changes(const struct watch *watch)
{
	return watch->changes;
}

void watch_free(struct watch *watch)
{
	arena_free(watch->arena);
	free(watch->table);
	free(watch);
}
