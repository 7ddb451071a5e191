/*
 * load: threads that write through rpc without a pause and know exactly what
 * was acknowledged. Each owns some entries and replaces them, naming the
 * version it knows: a command that was executed twice, or lost after it was
 * acknowledged, shows as a CONFLICT or as a wrong version, and fails the test.
 * A command whose answer is transient counts as failed and is then repeated
 * with the same request id until it is answered.
 */
#ifndef ECHO_TESTS_LOAD_H
#define ECHO_TESTS_LOAD_H

#include "tests/support/check.h"

struct load;

struct load *load_start(struct stage *stage, struct rpc_peer *peer,
			int threads);
/* Wait until the commands under way are answered; the figures stay. */
void load_stop(struct load *load);
void load_free(struct load *load);

/* While it runs or after: commands acknowledged, and answers that left the
 * caller in need of a repetition. */
long load_acknowledged(const struct load *load);
long load_failed(const struct load *load);

/* The share-quantile in microseconds of the calls that ended between two
 * moments (monotonic); -1 when there were none. After load_stop only. */
int64_t load_quantile(const struct load *load, double share, int64_t from_us,
		      int64_t to_us);
/* Start of the last window of window_us in [from, to) whose 99th percentile
 * is above limit_us; from when there is none. After load_stop only. */
int64_t load_last_slow(const struct load *load, int64_t limit_us,
		       int64_t window_us, int64_t from_us, int64_t to_us);

/* Every entry stands at the version that was acknowledged, and there is no
 * other. After load_stop only. */
void load_check_table(const struct load *load);

/* One value of the database, as the service: it may see and end its own
 * connections. */
long long load_query(const struct stage *stage, const char *query);

/* Sleep. */
void load_pause(int64_t us);

#endif
