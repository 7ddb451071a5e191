/*
 * book: one round of the clerk with the database: outcomes, dots, a claim, in
 * one transaction. Used by the clerk's thread only.
 */
#ifndef ECHO_NOTIFIER_BOOK_H
#define ECHO_NOTIFIER_BOOK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "notifier.pb-c.h"
#include "services/common/base/id.h"
#include "services/common/data/sql.h"

#define NOTES_MAX 256
#define NOTE_TEXT 200

/* Mails of one claim; goes when its last mail is settled. */
struct pile {
	struct arena *arena;
	const Notifier__ClaimReply *claim;
	size_t next, open;   /* not taken yet; not settled yet */
	int64_t begin_until_us;
	struct pile *link;
};

/* A sender that waits for its dot. */
struct ask {
	Notifier__Dot dot;
	pthread_cond_t answer;
	bool answered, go;
	struct ask *link;
};

/* Outcomes to record; two pages, one being filled, one being written. */
struct page {
	size_t count;
	Notifier__Settlement notes[NOTES_MAX];
	char texts[NOTES_MAX][NOTE_TEXT];
};

/* On what terms mails are claimed. */
struct claim_terms {
	char owner[ID_TEXT];
	int most, lease_s;
};

struct round {
	struct ask *asks;  /* answered by go */
	struct page *page;
	const struct claim_terms *claim; /* NULL: no claim */
	struct pile *pile; /* out: what was claimed; the caller frees it */
};

/* All or nothing; a dot may go only when this returns true, for then the commit
 * is certain. */
bool book_round(struct sql *sql, struct arena *arena, struct round *round);
/* Give back what this owner has claimed and not begun to send. */
void book_release(struct sql *sql, struct arena *arena, char *owner_name);
void pile_free(struct pile *pile);

#endif
