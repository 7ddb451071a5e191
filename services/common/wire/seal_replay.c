/*
 * The replay set of seal.h: nonces that were seen, for as long as an envelope
 * that carries them could still be fresh.
 *
 * An envelope may be opened from 30 s before to 30 s after its sent_at, so a
 * nonce must be remembered for 60 s. Each shard keeps two generations of 60 s;
 * the older goes as a whole, so nothing is ever deleted singly. Of a nonce 64
 * bits are kept: nonces are random and authenticated, so an attacker can only
 * repeat one, not choose one, and a fresh nonce is taken for a seen one once
 * in 10^13 times at the most. Shards keep locks short and tables small: the
 * growth of one stalls its callers for well under a millisecond.
 */
#include "services/common/wire/seal.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 64
#define SLOTS_MIN 64
#define NONCES_MAX (1u << 15) /* of a shard and generation */
#define GENERATION_US (2 * SEAL_FRESH_US)

/* An open-addressing table, at most half full; 0 marks an empty slot. */
struct generation {
	uint64_t *slots;
	size_t size; /* a power of two, or 0 */
	size_t count;
};

struct shard {
	pthread_mutex_t lock;
	int64_t since_us; /* when the present generation began */
	struct generation present, past;
};

struct seal_replay {
	struct shard shards[SHARDS];
};

struct seal_replay *seal_replay_new(void)
{
	struct seal_replay *replay = calloc(1, sizeof(*replay));

	if (replay == NULL)
		abort();
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_init(&replay->shards[i].lock, NULL);
	return replay;
}

static void generation_drop(struct generation *generation)
{
	free(generation->slots);
	*generation = (struct generation){ .slots = NULL };
}

void seal_replay_free(struct seal_replay *replay)
{
	if (replay == NULL)
		return;
	for (size_t i = 0; i < SHARDS; i++) {
		generation_drop(&replay->shards[i].present);
		generation_drop(&replay->shards[i].past);
		pthread_mutex_destroy(&replay->shards[i].lock);
	}
	free(replay);
}

/* The slot that holds the mark, or the empty one where it belongs. */
static uint64_t *find_slot(const struct generation *generation, uint64_t mark)
{
	size_t at = (size_t)mark & (generation->size - 1);

	while (generation->slots[at] != 0 && generation->slots[at] != mark)
		at = (at + 1) & (generation->size - 1);
	return &generation->slots[at];
}

static bool holds(const struct generation *generation, uint64_t mark)
{
	return generation->size > 0 && *find_slot(generation, mark) == mark;
}

static bool grow(struct generation *generation)
{
	size_t size = generation->size ? 2 * generation->size : SLOTS_MIN;
	struct generation larger = { .slots = calloc(size, sizeof(uint64_t)),
				     .size = size,
				     .count = generation->count };

	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < generation->size; i++)
		if (generation->slots[i] != 0)
			*find_slot(&larger, generation->slots[i]) =
				generation->slots[i];
	free(generation->slots);
	*generation = larger;
	return true;
}

/* False when there is no room. */
static bool add(struct generation *generation, uint64_t mark)
{
	if (generation->count >= NONCES_MAX)
		return false;
	if (2 * (generation->count + 1) > generation->size &&
	    !grow(generation))
		return false;
	*find_slot(generation, mark) = mark;
	generation->count++;
	assert(2 * generation->count <= generation->size);
	return true;
}

/* The clock may have been set back: then the present generation begins anew
 * with what it holds, or it would never end. */
static void turn(struct shard *shard, int64_t now_us)
{
	int64_t age_us = now_us - shard->since_us;

	if (age_us >= 0 && age_us < GENERATION_US)
		return;
	shard->since_us = now_us;
	if (age_us < 0)
		return;
	generation_drop(&shard->past);
	if (age_us < 2 * GENERATION_US)
		shard->past = shard->present;
	else
		generation_drop(&shard->present);
	shard->present = (struct generation){ .slots = NULL };
}

bool seal_replayed(struct seal_replay *replay, const uint8_t nonce[24],
		   int64_t now_us)
{
	uint64_t mark = 0;
	struct shard *shard = &replay->shards[nonce[8] % SHARDS];

	memcpy(&mark, nonce, sizeof(mark));
	mark += mark == 0;
	pthread_mutex_lock(&shard->lock);
	turn(shard, now_us);
	bool seen = holds(&shard->past, mark) ||
		    holds(&shard->present, mark) ||
		    !add(&shard->present, mark);
	pthread_mutex_unlock(&shard->lock);
	return seen;
}
