/*
 * reconcile: what became of mails whose final dot may have been sent?
 *
 * The relay files a copy of everything that it has accepted in a mailbox, and
 * IMAP searches that for the Message-ID. Found: it was sent. Not there, after
 * the grace in which the relay could still have been reading it: it was not,
 * and is sent again. Nobody to ask: the operator's policy. No answer: later.
 */
#include <string.h>

#include <curl/curl.h>

#include "notifier.pb-c.h"
#include "services/common/base/text.h"
#include "services/notifier/compose.h"
#include "services/notifier/engine.h"

#define ANSWER_TIMEOUT_S 10L

typedef Notifier__Verdict__Answer answer;

/* "* SEARCH 4 7" names what was found, "* SEARCH" that nothing was. */
struct found {
	bool answered, some;
};

static size_t on_line(char *line, size_t size, size_t count, void *context)
{
	static const char reply[] = "* SEARCH";
	struct found *found = context;
	size_t length = size * count;

	if (length >= strlen(reply) && !memcmp(line, reply, strlen(reply))) {
		found->answered = true;
		for (size_t i = strlen(reply); i < length; i++)
			if (line[i] >= '0' && line[i] <= '9')
				found->some = true;
	}
	return length;
}

static answer look_up(CURL *curl, struct arena *arena, const char *message_id)
{
	struct found found = { false, false };

	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST,
			 arena_printf(arena,
				      "UID SEARCH HEADER Message-ID \"<%s>\"",
				      message_id));
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &found);
	if (curl_easy_perform(curl) != CURLE_OK || !found.answered)
		return NOTIFIER__VERDICT__ANSWER__unspecified;
	return found.some ? NOTIFIER__VERDICT__ANSWER__accepted
			  : NOTIFIER__VERDICT__ANSWER__absent;
}

/* A new connection each time, so that the mailbox is seen as it is now. */
static CURL *open_journal(void)
{
	CURL *curl = curl_easy_init();

	if (!curl)
		log_fatal("out of memory", NULL);
	curl_easy_setopt(curl, CURLOPT_URL, engine_settings.imap_url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_line);
	return curl;
}

static answer by_policy(void)
{
	return strcmp(engine_settings.in_doubt_policy, "resend")
		       ? NOTIFIER__VERDICT__ANSWER__unknown
		       : NOTIFIER__VERDICT__ANSWER__absent;
}

/* Fill a verdict for each row; how many could be answered. */
static size_t ask_all(struct arena *arena, const Notifier__InDoubtReply *rows,
		      Notifier__Verdict *verdicts)
{
	const struct compose_sender sender = { engine_settings.mail_from, "" };
	CURL *curl = *engine_settings.imap_url ? open_journal() : NULL;
	size_t count = 0;

	for (size_t i = 0; i < rows->n_rows; i++) {
		const Notifier__InDoubt *row = rows->rows[i];
		answer said = curl ? look_up(curl, arena,
					     compose_message_id(
						     arena, row->reference,
						     &sender))
				   : by_policy();

		if (!said)
			break; /* the journal does not answer: later */
		notifier__verdict__init(&verdicts[count]);
		verdicts[count].message_id = row->message_id;
		verdicts[count].lease_token = row->lease_token;
		verdicts[count++].answer = said;
	}
	if (curl)
		curl_easy_cleanup(curl);
	return count;
}

static void count_answers(struct service_run *run,
			  const Notifier__Verdict *verdicts, size_t count)
{
	static const char *const counters[] = {
		[NOTIFIER__VERDICT__ANSWER__accepted] = "in_doubt_accepted",
		[NOTIFIER__VERDICT__ANSWER__absent] = "in_doubt_absent",
		[NOTIFIER__VERDICT__ANSWER__unknown] = "in_doubt_held",
	};

	for (size_t i = 0; i < count; i++)
		service_count(run, counters[verdicts[i].answer], 1);
}

/* One transaction; the caller rolls back when it fails. */
static enum status find(struct sql *sql, struct arena *arena,
			Notifier__InDoubtReply **rows, struct error *error)
{
	Notifier__InDoubtRequest request = NOTIFIER__IN_DOUBT_REQUEST__INIT;
	ProtobufCMessage *reply;

	request.grace_s = (int32_t)engine_settings.in_doubt_grace_s;
	if (sql_begin(sql, &engine_authority, error) != STATUS_OK ||
	    sql_call(sql, &engine[ENGINE_IN_DOUBT], &request.base, arena,
		     &reply, error) != STATUS_OK)
		return error->status;
	*rows = (Notifier__InDoubtReply *)reply;
	return sql_commit(sql, error);
}

static enum status resolve(struct sql *sql, struct arena *arena,
			   const Notifier__Verdict *verdicts, size_t count,
			   struct error *error)
{
	struct sql_request *requests =
		arena_array(arena, count, sizeof(*requests));
	struct sql_result *results =
		arena_array(arena, count, sizeof(*results));

	for (size_t i = 0; i < count; i++)
		requests[i].message = &verdicts[i].base;
	if (sql_begin(sql, &engine_authority, error) != STATUS_OK ||
	    sql_run(sql, &engine[ENGINE_RESOLVE], count, requests, arena,
		    results, error) != STATUS_OK)
		return error->status;
	return sql_commit(sql, error);
}

bool reconcile(struct service_run *run, struct sql *sql, struct arena *arena)
{
	struct error error = { STATUS_OK, "", "" };
	Notifier__InDoubtReply *rows = NULL;
	Notifier__Verdict *verdicts;
	size_t count;

	if (!sql_ready(sql))
		return false;
	if (find(sql, arena, &rows, &error) != STATUS_OK) {
		sql_rollback(sql);
		return false;
	}
	verdicts = arena_array(arena, rows->n_rows + 1, sizeof(*verdicts));
	count = ask_all(arena, rows, verdicts);
	if (count < rows->n_rows)
		log_line(LOG_WARN, "the journal does not answer", "waiting",
			 log_int((long long)(rows->n_rows - count)), NULL);
	if (!count)
		return false;
	if (resolve(sql, arena, verdicts, count, &error) != STATUS_OK) {
		sql_rollback(sql);
		return false;
	}
	count_answers(run, verdicts, count);
	log_line(LOG_INFO, "mails in doubt were looked up", "count",
		 log_int((long long)count), NULL);
	return count == rows->n_rows;
}
