/* book: three statements, one commit. */
#include <stdlib.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/notifier/book.h"
#include "services/notifier/clerk.h"
#include "services/notifier/engine.h"

void pile_free(struct pile *pile)
{
	arena_free(pile->arena);
	free(pile);
}

static bool run_notes(struct sql *sql, struct arena *arena,
		      const struct page *page, struct error *error)
{
	struct sql_request requests[NOTES_MAX];
	struct sql_result results[NOTES_MAX];

	if (!page->count)
		return true;
	for (size_t i = 0; i < page->count; i++)
		requests[i] = (struct sql_request){
			.message = &page->notes[i].base };
	return sql_run(sql, &engine[ENGINE_SETTLE], page->count, requests,
		       arena, results, error) == STATUS_OK;
}

static bool run_asks(struct sql *sql, struct arena *arena, struct ask *asks,
		     struct error *error)
{
	struct sql_request requests[CLERK_SENDERS_MAX];
	struct sql_result results[CLERK_SENDERS_MAX];
	size_t count = 0;

	if (!asks)
		return true;
	for (struct ask *ask = asks; ask; ask = ask->link)
		requests[count++] =
			(struct sql_request){ .message = &ask->dot.base };
	if (sql_run(sql, &engine[ENGINE_DOT], count, requests, arena, results,
		    error) != STATUS_OK)
		return false;
	count = 0;
	for (struct ask *ask = asks; ask; ask = ask->link, count++)
		ask->go = results[count].reply &&
			  ((Notifier__DotReply *)results[count].reply)->go;
	return true;
}

static bool run_claim(struct sql *sql, struct round *round, struct error *error)
{
	Notifier__Claim claim = NOTIFIER__CLAIM__INIT;
	struct pile *pile = calloc(1, sizeof(*pile));
	ProtobufCMessage *reply;

	if (!pile)
		log_fatal("out of memory", NULL);
	round->pile = pile;
	pile->arena = arena_new(65536);
	pile->begin_until_us = clock_monotonic() +
			       round->claim->lease_s * CLOCK_SECOND / 2;
	claim.most = round->claim->most;
	claim.lease_s = round->claim->lease_s;
	claim.owner = (char *)(uintptr_t)round->claim->owner;
	if (sql_call(sql, &engine[ENGINE_CLAIM], &claim.base, pile->arena,
		     &reply, error) != STATUS_OK)
		return false;
	pile->claim = (Notifier__ClaimReply *)reply;
	pile->open = pile->claim->n_mails;
	return true;
}

bool book_round(struct sql *sql, struct arena *arena, struct round *round)
{
	struct error error = { STATUS_OK, "", "" };

	if (!sql_ready(sql))
		return false; /* it has said so itself */
	if (sql_begin(sql, &engine_authority, &error) == STATUS_OK &&
	    run_notes(sql, arena, round->page, &error) &&
	    run_asks(sql, arena, round->asks, &error) &&
	    (!round->claim || run_claim(sql, round, &error)) &&
	    sql_commit(sql, &error) == STATUS_OK)
		return true;
	sql_rollback(sql);
	log_line(LOG_WARN, "the queue cannot be written", "why", error.message,
		 NULL);
	return false;
}

void book_release(struct sql *sql, struct arena *arena, char *owner_name)
{
	Notifier__Owner owner = NOTIFIER__OWNER__INIT;
	struct error error = { STATUS_OK, "", "" };

	owner.owner = owner_name;
	if (sql_begin(sql, &engine_authority, &error) != STATUS_OK)
		return;
	if (sql_call(sql, &engine[ENGINE_RELEASE], &owner.base, arena, NULL,
		     &error) != STATUS_OK ||
	    sql_commit(sql, &error) != STATUS_OK)
		sql_rollback(sql);
}
