/*
 * notifier_relay: what a real relay answers, and what members really receive.
 * One address is good, one is gone, one must wait. A session is published,
 * moved and cancelled; then the relay goes away.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "notifier_sql.h"
#include "services/common/base/clock.h"
#include "tests/support/acceptor.h"
#include "tests/support/reminders.h"

static int problems;

static void expect(bool good, const char *what, long long got)
{
	printf("%s %s: %lld\n", good ? "ok " : "NOT", what, got);
	problems += !good;
}

/* The query gives wanted, at the latest after 30 s. */
static void await(const struct stage *stage, const char *what,
		  const char *query, long long wanted)
{
	const struct timespec pause = { 0, 100 * 1000 * 1000 };
	int64_t until = clock_monotonic() + 30 * CLOCK_SECOND;
	long long got = stage_query(stage, query);

	while (got != wanted && clock_monotonic() < until) {
		nanosleep(&pause, NULL);
		got = stage_query(stage, query);
	}
	expect(got == wanted, what, got);
}

/* ---- the session's life ---- */

static void add_people(struct stage *stage)
{
	reminders_members(stage, 1, "example.org", 0);
	stage_query(stage,
		    "WITH p AS (INSERT INTO person SELECT gen_random_uuid(),"
		    " 'Member', a, a, 'cy', true, 1 FROM (VALUES"
		    " ('x@gone.example.org'), ('y@later.example.org')) v (a)"
		    " RETURNING person_id), m AS (INSERT INTO membership"
		    " SELECT gen_random_uuid(), person_id, network_id, hub_id,"
		    " true, 1 FROM p, network RETURNING 1)"
		    " SELECT count(*) FROM m");
}

static void set_session(struct stage *stage, int sequence, const char *status)
{
	char query[1024];

	snprintf(query, sizeof(query),
		 "WITH s AS (INSERT INTO session SELECT"
		 " '50000000-0000-0000-0000-000000000001', network_id, hub_id,"
		 " 1, 'Caff\u00e9 & cake', 'Topic', '', '2027-06-10 14:00',"
		 " 'Europe/London', 60, '2027-06-10 13:00Z',"
		 " '2027-06-10 14:00Z', 'https://zoom.example.org/1', '%s',"
		 " 's1@echo', %d, 'Snow', %d FROM network ON CONFLICT"
		 " (session_id) DO UPDATE SET status = excluded.status,"
		 " sequence = excluded.sequence RETURNING 1)"
		 " SELECT count(*) FROM s", status, sequence, sequence + 1);
	stage_query(stage, query);
	stage_query(stage,
		    "SELECT 1 FROM plan_sessions(ARRAY["
		    "'50000000-0000-0000-0000-000000000001'::uuid],"
		    " '2027-06-01 10:00Z')");
}

/* ---- what arrived ---- */

struct arrivals {
	int invitation, change, cancellation, other;
};

static bool has(const char *mail, const char *text)
{
	return strstr(mail, text) != NULL;
}

static void sort_mail(void *context, const char *mail)
{
	struct arrivals *arrivals = context;
	bool entry = has(mail, "UID:s1@echo") && has(mail, "invite.ics") &&
		     has(mail, "To: \"Member Number 1\" <m1@example.org>") &&
		     has(mail, "Auto-Submitted: auto-generated");

	if (entry && has(mail, "SEQUENCE:0") && has(mail, "METHOD:REQUEST") &&
	    has(mail, "text/calendar; method=3DREQUEST") == false &&
	    has(mail, "text/calendar; method=REQUEST"))
		arrivals->invitation++;
	else if (entry && has(mail, "SEQUENCE:1") &&
		 has(mail, "METHOD:REQUEST"))
		arrivals->change++;
	else if (entry && has(mail, "SEQUENCE:2") &&
		 has(mail, "METHOD:CANCEL") && has(mail, "STATUS:CANCELLED"))
		arrivals->cancellation++;
	else
		arrivals->other++;
}

static void live(struct stage *stage, struct acceptor *acceptor)
{
	struct arrivals arrivals = { 0, 0, 0, 0 };

	set_session(stage, 0, "published");
	await(stage, "invited", "SELECT count(*) FROM message"
				" WHERE state = 'sent'", 1);
	await(stage, "bounced", "SELECT count(*) FROM message WHERE state ="
				" 'bounced' AND smtp_code = 550", 1);
	await(stage, "suppressed", "SELECT count(*) FROM suppression"
				   " WHERE address = 'x@gone.example.org'", 1);
	await(stage, "waits for its next try",
	      "SELECT count(*) FROM job WHERE attempt = 1 AND state = 'ready'"
	      " AND due_at BETWEEN now() + interval '20 s'"
	      " AND now() + interval '80 s' AND problem LIKE '451 4.3.0%'", 1);
	set_session(stage, 1, "published");
	await(stage, "told of the change", "SELECT count(*) FROM message WHERE"
	      " state = 'sent' AND rule = 'change' AND ics_sequence = 1", 1);
	await(stage, "void", "SELECT count(*) FROM message WHERE"
			     " state = 'void' AND rule = 'invite'", 1);
	set_session(stage, 2, "cancelled");
	await(stage, "told of the end", "SELECT count(*) FROM message WHERE"
	      " state = 'sent' AND rule = 'cancel' AND ics_sequence = 2", 1);
	sleep(1);
	acceptor_each(acceptor, sort_mail, &arrivals);
	expect(arrivals.invitation == 1, "invitations arrived",
	       arrivals.invitation);
	expect(arrivals.change == 1, "changes arrived", arrivals.change);
	expect(arrivals.cancellation == 1, "cancellations arrived",
	       arrivals.cancellation);
	expect(!arrivals.other, "other mails", arrivals.other);
}

/* Nobody answers: the queue waits, no try is counted, nobody is blamed. */
static void lose_relay(struct stage *stage, struct acceptor *acceptor)
{
	acceptor_stop(acceptor);
	stage_query(stage, "WITH d AS (DELETE FROM suppression RETURNING 1)"
			   " SELECT count(*) FROM d");
	set_session(stage, 3, "published");
	await(stage, "circuit open", "SELECT count(*) FROM circuit"
				     " WHERE step > 0 AND problem <> ''", 1);
	await(stage, "still queued", "SELECT count(*) FROM job WHERE attempt"
				     " <= 1", 3);
	expect(stage_signal(stage, 0, SIGTERM) == 0, "clean end", 0);
	await(stage, "leases given back", "SELECT count(*) FROM job"
					  " WHERE state <> 'ready'", 0);
}

/* A summer's day, at an hour at which notices may go out. */
static void fix_clock(char *setting, size_t size)
{
	FILE *file;

	snprintf(setting, size, "ECHO_CLOCK_FILE=/tmp/echo-clock.%d", getpid());
	file = fopen(strchr(setting, '=') + 1, "w");
	if (!file || fputs("2027-06-01T10:00:00Z\n", file) < 0 || fclose(file))
		exit(2);
}

int main(int argc, char **argv)
{
	static struct stage stage;
	static struct acceptor acceptor;
	char relay[64], registry[64], scheduler[64], clock[96];
	const char *const settings[] = {
		relay, registry, scheduler, clock, "ECHO_SENDERS=4",
		"ECHO_MAIL_FROM=echo@example.org", NULL,
	};

	if (argc != 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	stage_make(&stage, "notifier", argv[1], sql_migrations, 1);
	acceptor_start(&acceptor, argv[2]);
	snprintf(relay, sizeof(relay), "ECHO_SMTP_URL=smtp://127.0.0.1:%d",
		 acceptor.smtp_port);
	snprintf(registry, sizeof(registry),
		 "ECHO_REGISTRY_URL=tcp://127.0.0.1:%d", stage.replicas[0].port);
	snprintf(scheduler, sizeof(scheduler),
		 "ECHO_SCHEDULER_URL=tcp://127.0.0.1:%d",
		 stage.replicas[0].port);
	fix_clock(clock, sizeof(clock));
	stage.settings = settings;
	stage.stranger = true;
	stage.loud = getenv("LOUD") != NULL;
	add_people(&stage);
	stage_start(&stage, 0);
	live(&stage, &acceptor);
	lose_relay(&stage, &acceptor);
	stage_end(&stage);
	unlink(strchr(clock, '=') + 1);
	return problems ? 1 : 0;
}
