/* load: writers, what they were told, and what the table says. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger.pb-c.h"
#include "services/common/base/clock.h"
#include "tests/system/load.h"

#define ENTRIES 8         /* of each thread */
#define SAMPLES (1 << 17) /* of each thread: some 20 minutes of its calls */
#define FAILURES_SHOWN 5
#define PATIENCE_US (30 * CLOCK_SECOND)

struct sample {
	int64_t ended_us;
	int64_t took_us;
};

struct entry {
	char id[ID_TEXT];
	int64_t version;
};

struct writer {
	struct load *load;
	pthread_t thread;
	struct arena *arena;
	struct entry entries[ENTRIES];
	struct sample *samples;
	size_t sample_count;
};

struct load {
	struct stage *stage;
	struct rpc_peer *peer;
	char account[24]; /* its own */
	int count;
	struct writer *writers;
	atomic_bool stop;
	atomic_long acknowledged, failed;
};

void load_pause(int64_t us)
{
	const struct timespec pause = { us / CLOCK_SECOND,
					us % CLOCK_SECOND * 1000 };

	nanosleep(&pause, NULL);
}

static void note_sample(struct writer *writer, int64_t since_us)
{
	int64_t now = clock_monotonic();

	if (writer->sample_count < SAMPLES)
		writer->samples[writer->sample_count++] =
			(struct sample){ now, now - since_us };
}

static enum status put_once(struct writer *writer, const struct entry *entry,
			    const uint8_t request_id[ID_BYTES],
			    Ledger__Entry **reply, struct error *error)
{
	Ledger__PutEntryRequest request = LEDGER__PUT_ENTRY_REQUEST__INIT;
	struct rpc_options options = { .request_id = request_id };
	int64_t since = clock_monotonic();
	ProtobufCMessage *message = NULL;
	enum status status;

	request.entry_id = (char *)(uintptr_t)entry->id;
	request.account = writer->load->account;
	request.amount = entry->version % 1000 + 1;
	request.version = entry->version;
	status = rpc_call(writer->load->peer, "PutEntry", &request.base,
			  &ledger__entry__descriptor, writer->arena, &options,
			  &message, error);
	note_sample(writer, since);
	*reply = (Ledger__Entry *)message;
	return status;
}

/* The first few say what went wrong. */
static void note_failure(struct load *load, const struct error *error)
{
	if (atomic_load(&load->failed) <= FAILURES_SHOWN)
		check_note("%s: %s", status_name(error->status),
			   error->message);
}

/* Repeats what was not answered: then the record must answer. */
static void put(struct writer *writer, struct entry *entry)
{
	int64_t until = clock_monotonic() + PATIENCE_US;
	uint8_t request_id[ID_BYTES];
	Ledger__Entry *reply = NULL;
	struct error error;
	enum status status;

	id_new(request_id);
	for (;;) {
		status = put_once(writer, entry, request_id, &reply, &error);
		if (status == STATUS_OK)
			break;
		CHECK(status_is_transient(status) || status == STATUS_DEADLINE,
		      "%s for version %lld", status_name(status),
		      (long long)entry->version);
		CHECK(clock_monotonic() < until, "%s for 30 s",
		      status_name(status));
		atomic_fetch_add(&writer->load->failed, 1);
		note_failure(writer->load, &error);
		arena_reset(writer->arena);
		load_pause(10 * 1000);
	}
	CHECK_NUMBER(reply->version, ==, entry->version + 1);
	entry->version++;
	atomic_fetch_add(&writer->load->acknowledged, 1);
	arena_reset(writer->arena);
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;

	for (int next = 0; !atomic_load(&writer->load->stop);
	     next = (next + 1) % ENTRIES)
		put(writer, &writer->entries[next]);
	return NULL;
}

static void writer_start(struct load *load, struct writer *writer)
{
	uint8_t id[ID_BYTES];

	writer->load = load;
	writer->arena = arena_new(8192);
	writer->samples = calloc(SAMPLES, sizeof(*writer->samples));
	for (int i = 0; i < ENTRIES; i++) {
		id_new(id);
		id_format(id, writer->entries[i].id);
	}
	CHECK(writer->samples && !pthread_create(&writer->thread, NULL,
						 writer_main, writer),
	      "no thread");
}

static atomic_int serial;

struct load *load_start(struct stage *stage, struct rpc_peer *peer, int threads)
{
	struct load *load = calloc(1, sizeof(*load));

	CHECK(load, "no memory");
	load->stage = stage;
	load->peer = peer;
	load->count = threads;
	snprintf(load->account, sizeof(load->account), "load %d",
		 atomic_fetch_add(&serial, 1));
	load->writers = calloc((size_t)threads, sizeof(*load->writers));
	CHECK(load->writers, "no memory");
	for (int i = 0; i < threads; i++)
		writer_start(load, &load->writers[i]);
	return load;
}

void load_stop(struct load *load)
{
	atomic_store(&load->stop, true);
	for (int i = 0; i < load->count; i++)
		pthread_join(load->writers[i].thread, NULL);
}

void load_free(struct load *load)
{
	for (int i = 0; i < load->count; i++) {
		arena_free(load->writers[i].arena);
		free(load->writers[i].samples);
	}
	free(load->writers);
	free(load);
}

long load_acknowledged(const struct load *load)
{
	return atomic_load(&load->acknowledged);
}

long load_failed(const struct load *load)
{
	return atomic_load(&load->failed);
}

/* ---- how long it took ---- */

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static size_t collect(const struct load *load, int64_t from_us, int64_t to_us,
		      int64_t *took)
{
	size_t count = 0;

	for (int i = 0; i < load->count; i++) {
		const struct writer *writer = &load->writers[i];

		for (size_t j = 0; j < writer->sample_count; j++) {
			const struct sample *sample = &writer->samples[j];

			if (sample->ended_us < from_us ||
			    sample->ended_us >= to_us)
				continue;
			if (took)
				took[count] = sample->took_us;
			count++;
		}
	}
	return count;
}

int64_t load_quantile(const struct load *load, double share, int64_t from_us,
		      int64_t to_us)
{
	size_t count = collect(load, from_us, to_us, NULL);
	int64_t *took = calloc(count + 1, sizeof(*took));
	int64_t quantile = -1;

	CHECK(took, "no memory");
	collect(load, from_us, to_us, took);
	qsort(took, count, sizeof(*took), compare);
	if (count)
		quantile = took[(size_t)((double)(count - 1) * share)];
	free(took);
	return quantile;
}

/* A window without any call is a slow one. */
int64_t load_last_slow(const struct load *load, int64_t limit_us,
		       int64_t window_us, int64_t from_us, int64_t to_us)
{
	int64_t slow = from_us;

	for (int64_t at = from_us; at + window_us <= to_us; at += window_us) {
		int64_t p99 = load_quantile(load, 0.99, at, at + window_us);

		if (p99 < 0 || p99 > limit_us)
			slow = at;
	}
	return slow;
}

/* ---- what the table says ---- */

static const struct entry *find_entry(const struct load *load, const char *id)
{
	for (int i = 0; i < load->count; i++)
		for (int j = 0; j < ENTRIES; j++)
			if (!strcmp(load->writers[i].entries[j].id, id))
				return &load->writers[i].entries[j];
	return NULL;
}

struct table {
	const struct load *load;
	long long rows;
};

static void check_row(void *context, int columns, const char *const values[])
{
	struct table *table = context;
	const struct entry *entry = find_entry(table->load, values[0]);

	(void)columns;
	CHECK(entry, "an entry that nobody wrote: %s", values[0]);
	CHECK_NUMBER(strtoll(values[1], NULL, 10), ==, entry->version);
	table->rows++;
}

void load_check_table(const struct load *load)
{
	const char *const account[] = { load->account };
	struct sql *sql = sql_open(load->stage->database.owner_url, "load");
	struct error error = { STATUS_OK, "", "" };
	struct table table = { load, 0 };
	long long written = 0;

	for (int i = 0; i < load->count; i++)
		for (int j = 0; j < ENTRIES; j++)
			written += load->writers[i].entries[j].version > 0;
	sql_schema(sql, "ledger");
	CHECK(sql_ready(sql), "the database does not answer");
	CHECK_STATUS(sql_text(sql,
			      "SELECT entry_id, version FROM entry "
			      "WHERE account = $1",
			      1, account, check_row, &table, &error),
		     STATUS_OK);
	sql_close(sql);
	CHECK_NUMBER(table.rows, ==, written);
}

static void take_number(void *context, int columns, const char *const values[])
{
	(void)columns;
	*(long long *)context = values[0] ? strtoll(values[0], NULL, 10) : -1;
}

long long load_query(const struct stage *stage, const char *query)
{
	struct sql *sql = sql_open(stage->database.url, "load");
	struct error error = { STATUS_OK, "", "" };
	long long number = -1;

	sql_schema(sql, stage->service);
	CHECK(sql_ready(sql), "the database does not answer");
	CHECK(sql_text(sql, query, 0, NULL, take_number, &number, &error) ==
		      STATUS_OK,
	      "%s: %s", query, error.message);
	sql_close(sql);
	return number;
}
