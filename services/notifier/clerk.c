/* clerk: the senders' queues, and who waits for what. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "services/common/base/clock.h"
#include "services/common/base/id.h"
#include "services/common/base/log.h"
#include "services/notifier/book.h"
#include "services/notifier/clerk.h"
#include "services/notifier/engine.h"

#define POLL_US (200 * INT64_C(1000))
#define PAUSE_US (500 * INT64_C(1000))
#define PER_SENDER 16 /* mails claimed ahead for each sender */

struct clerk {
	struct sql *sql;
	struct arena *arena;
	struct claim_terms terms;
	size_t senders;
	pthread_t thread;

	pthread_mutex_t lock;   /* guards what follows */
	pthread_cond_t work;    /* the clerk waits */
	pthread_cond_t more;    /* senders wait for mails, or room for notes */
	struct pile *piles;     /* with mails to take, oldest first */
	size_t ready;           /* mails to take */
	struct ask *asks;
	struct page pages[2], *page;
	int64_t claim_at_us;    /* not before */
	bool closed, stopping;
};

/* ---- the senders' side ---- */

bool clerk_take(struct clerk *clerk, struct claimed *claimed)
{
	struct pile *pile;

	pthread_mutex_lock(&clerk->lock);
	while (!clerk->piles && !clerk->closed)
		pthread_cond_wait(&clerk->more, &clerk->lock);
	pile = clerk->closed ? NULL : clerk->piles;
	if (pile) {
		*claimed = (struct claimed){
			pile->claim->mails[pile->next++], pile,
			clock_monotonic() > pile->begin_until_us };
		if (pile->next == pile->claim->n_mails)
			clerk->piles = pile->link;
		clerk->ready--;
		if (clerk->ready < clerk->senders)
			pthread_cond_signal(&clerk->work);
	}
	pthread_mutex_unlock(&clerk->lock);
	return pile != NULL;
}

void clerk_drop(struct clerk *clerk, const struct claimed *claimed)
{
	bool last;

	pthread_mutex_lock(&clerk->lock);
	last = --claimed->pile->open == 0;
	pthread_mutex_unlock(&clerk->lock);
	if (last)
		pile_free(claimed->pile);
}

bool clerk_dot(struct clerk *clerk, const struct claimed *claimed,
	       int ics_sequence)
{
	struct ask ask = { .dot = NOTIFIER__DOT__INIT,
			   .answer = PTHREAD_COND_INITIALIZER };

	ask.dot.message_id = claimed->mail->message_id;
	ask.dot.lease_token = claimed->mail->lease_token;
	ask.dot.margin_s = clerk->terms.lease_s / 3;
	ask.dot.ics_sequence = ics_sequence;
	pthread_mutex_lock(&clerk->lock);
	ask.link = clerk->asks;
	clerk->asks = &ask;
	pthread_cond_signal(&clerk->work);
	while (!ask.answered)
		pthread_cond_wait(&ask.answer, &clerk->lock);
	pthread_mutex_unlock(&clerk->lock);
	pthread_cond_destroy(&ask.answer);
	return ask.go;
}

void clerk_settle(struct clerk *clerk, const struct claimed *claimed,
		  Notifier__Settlement__Outcome outcome, int code,
		  const char *text)
{
	Notifier__Settlement *note;
	struct page *page;

	pthread_mutex_lock(&clerk->lock);
	while (clerk->page->count == NOTES_MAX && !clerk->closed)
		pthread_cond_wait(&clerk->more, &clerk->lock);
	page = clerk->page;
	if (page->count < NOTES_MAX) {
		note = &page->notes[page->count];
		notifier__settlement__init(note);
		note->message_id = claimed->mail->message_id;
		note->lease_token = claimed->mail->lease_token;
		note->outcome = outcome;
		note->smtp_code = code;
		note->smtp_text = page->texts[page->count++];
		strncpy(note->smtp_text, text, NOTE_TEXT - 1);
		pthread_cond_signal(&clerk->work);
	}
	pthread_mutex_unlock(&clerk->lock);
	clerk_drop(clerk, claimed);
}

/* ---- the clerk's side: what it waits for ---- */

static bool wants_claim(const struct clerk *clerk)
{
	return !clerk->closed && clerk->ready < clerk->senders &&
	       clock_monotonic() >= clerk->claim_at_us;
}

static void wait_for_work(struct clerk *clerk)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 100 * 1000 * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (!clerk->asks && !clerk->page->count && !wants_claim(clerk) &&
	       !clerk->stopping &&
	       !pthread_cond_timedwait(&clerk->work, &clerk->lock, &until))
		continue;
}

static void add_pile(struct clerk *clerk, struct pile *pile)
{
	struct pile **end = &clerk->piles;

	while (*end)
		end = &(*end)->link;
	*end = pile;
	clerk->ready += pile->claim->n_mails;
}

static void hand_out(struct clerk *clerk, struct round *round, bool done)
{
	struct ask *next;

	for (struct ask *ask = round->asks; ask; ask = next) {
		next = ask->link; /* an answered ask is its sender's again */
		ask->go = ask->go && done;
		ask->answered = true;
		pthread_cond_signal(&ask->answer);
	}
	if (done)
		round->page->count = 0;
	if (done && round->pile && round->pile->open) {
		add_pile(clerk, round->pile);
		round->pile = NULL;
		pthread_cond_broadcast(&clerk->more);
	} else if (round->claim) {
		clerk->claim_at_us =
			clock_monotonic() + (done ? POLL_US : PAUSE_US);
	}
}

static struct page *other_page(struct clerk *clerk)
{
	return clerk->page == clerk->pages ? clerk->pages + 1 : clerk->pages;
}

/* False when there was nothing to do. */
static bool one_round(struct clerk *clerk, struct page **unwritten)
{
	struct round round = { .asks = clerk->asks, .page = *unwritten,
			       .claim = wants_claim(clerk) ? &clerk->terms
							   : NULL };
	const struct timespec pause = { 0, PAUSE_US * 1000 };
	bool done;

	clerk->asks = NULL;
	if (!round.page->count) {
		struct page *filled = clerk->page;

		clerk->page = other_page(clerk);
		if (filled->count == NOTES_MAX)
			pthread_cond_broadcast(&clerk->more);
		*unwritten = round.page = filled;
	}
	if (!round.asks && !round.page->count && !round.claim)
		return false;
	pthread_mutex_unlock(&clerk->lock);
	done = book_round(clerk->sql, clerk->arena, &round);
	arena_reset(clerk->arena);
	pthread_mutex_lock(&clerk->lock);
	hand_out(clerk, &round, done);
	if (round.pile)
		pile_free(round.pile);
	if (!done) {
		pthread_mutex_unlock(&clerk->lock);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&clerk->lock);
	}
	return true;
}

static void *clerk_main(void *context)
{
	struct clerk *clerk = context;
	struct page *unwritten = other_page(clerk);
	int tries = 0;

	pthread_mutex_lock(&clerk->lock);
	while (!clerk->stopping) {
		wait_for_work(clerk);
		one_round(clerk, &unwritten);
	}
	while (one_round(clerk, &unwritten) && tries++ < 4)
		continue;
	pthread_mutex_unlock(&clerk->lock);
	book_release(clerk->sql, clerk->arena, clerk->terms.owner);
	return NULL;
}

/* ---- life ---- */

struct clerk *clerk_start(const char *database_url, int senders, int lease_s)
{
	struct clerk *clerk = calloc(1, sizeof(*clerk));
	uint8_t id[ID_BYTES];

	if (!clerk)
		log_fatal("out of memory", NULL);
	id_new(id);
	id_format(id, clerk->terms.owner);
	clerk->terms.most = senders * PER_SENDER;
	clerk->terms.lease_s = lease_s;
	clerk->senders = (size_t)senders;
	clerk->page = clerk->pages;
	clerk->arena = arena_new(65536);
	clerk->sql = sql_open(database_url, "notifier clerk");
	sql_schema(clerk->sql, "notifier");
	sql_keep_plans(clerk->sql);
	pthread_mutex_init(&clerk->lock, NULL);
	pthread_cond_init(&clerk->work, NULL);
	pthread_cond_init(&clerk->more, NULL);
	if (pthread_create(&clerk->thread, NULL, clerk_main, clerk))
		log_fatal("cannot start a thread", "thread", "clerk", NULL);
	return clerk;
}

void clerk_close(struct clerk *clerk)
{
	pthread_mutex_lock(&clerk->lock);
	clerk->closed = true;
	pthread_cond_broadcast(&clerk->more);
	pthread_mutex_unlock(&clerk->lock);
}

void clerk_stop(struct clerk *clerk)
{
	struct pile *next;

	pthread_mutex_lock(&clerk->lock);
	clerk->stopping = true;
	pthread_cond_signal(&clerk->work);
	pthread_mutex_unlock(&clerk->lock);
	pthread_join(clerk->thread, NULL);
	for (struct pile *pile = clerk->piles; pile; pile = next) {
		next = pile->link;
		pile_free(pile);
	}
	sql_close(clerk->sql);
	arena_free(clerk->arena);
	pthread_cond_destroy(&clerk->more);
	pthread_cond_destroy(&clerk->work);
	pthread_mutex_destroy(&clerk->lock);
	free(clerk);
}
