/*
 * notifier_kill: the notifier is killed with -9 again and again while it sends
 * through a real relay. No reminder may be lost, none may arrive twice: every
 * line of the ledger is sent, and its Message-ID is in the acceptor's journal
 * exactly once. And the path that makes it so must have been taken: some mails
 * were in doubt and were found at the acceptor.
 *
 * Every eighth recipient makes the relay wait a second between the final dot
 * and its 250, so that many kills fall into that gap.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "notifier_sql.h"
#include "services/common/base/clock.h"
#include "tests/support/acceptor.h"
#include "tests/support/reminders.h"

#define KILLS 110
#define MEMBERS 250
#define SETTLE_S 90

static struct acceptor acceptor;
static int problems;

static void expect(bool good, const char *what, long long got)
{
	printf("%s %s: %lld\n", good ? "ok " : "NOT", what, got);
	problems += !good;
}

static void pause_ms(long ms)
{
	const struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

/* ---- kill ---- */

static void kill_often(struct stage *stage)
{
	for (int i = 0; i < KILLS; i++) {
		if (stage_query(stage, "SELECT count(*) FROM job") < MEMBERS)
			reminders_due(stage, i % 2 ? "invite" : "hour_before");
		stage_spawn(stage, 0);
		pause_ms(250 + random() % 700);
		stage_signal(stage, 0, SIGKILL);
	}
}

static void let_it_finish(struct stage *stage)
{
	int64_t until = clock_monotonic() + SETTLE_S * CLOCK_SECOND;

	stage_spawn(stage, 0);
	while (clock_monotonic() < until &&
	       (stage_query(stage, "SELECT count(*) FROM job") ||
		stage_query(stage, "SELECT count(*) FROM plan"
				   " WHERE state = 'planned'")))
		pause_ms(200);
	stage_signal(stage, 0, SIGTERM);
	pause_ms(1000); /* the relay files what it accepted last */
}

/* ---- count ---- */

struct count {
	int *arrived;
	long most;
};

/* The message's number out of "Message-ID: <NUMBER.SEQUENCE.STAMP@...>". */
static void count_mail(void *context, const char *mail)
{
	struct count *count = context;
	const char *found = strstr(mail, "\nMessage-ID: <");
	long number = found ? strtol(found + 14, NULL, 10) : 0;

	if (number > 0 && number <= count->most)
		count->arrived[number]++;
	else
		expect(false, "a mail of unknown number", number);
}

static void check(struct stage *stage)
{
	long most = (long)stage_query(
		stage, "SELECT coalesce(max(message_id), 0) FROM message");
	struct count count = { calloc((size_t)most + 1, sizeof(int)), most };
	long long messages = stage_query(stage, "SELECT count(*) FROM message");
	long long sent = stage_query(
		stage, "SELECT count(*) FROM message WHERE state = 'sent'");
	long different = 0, twice = 0;

	acceptor_each(&acceptor, count_mail, &count);
	for (long i = 1; i <= most; i++) {
		different += count.arrived[i] > 0;
		twice += count.arrived[i] > 1;
	}
	free(count.arrived);
	expect(messages > 1000, "reminders", messages);
	expect(sent == messages, "recorded as sent", sent);
	expect(different == messages, "arrived", different);
	expect(!twice, "arrived twice", twice);
	sent = stage_query(stage, "SELECT count(*) FROM message WHERE smtp_text"
				  " LIKE 'found at the acceptor%'");
	expect(sent > 0, "were in doubt and found at the acceptor", sent);
	sent = stage_query(stage, "SELECT count(*) FROM message"
				  " WHERE attempts > 1");
	expect(sent > 0, "were tried again", sent);
}

int main(int argc, char **argv)
{
	static struct stage stage;
	char relay[64], journal[96], registry[64], scheduler[64];
	const char *const settings[] = {
		relay, journal, registry, scheduler,
		"ECHO_SENDERS=8", "ECHO_LEASE_S=6",
		/* the relay gives a silent client 5 s */
		"ECHO_IN_DOUBT_GRACE_S=8",
		"ECHO_MAIL_FROM=echo@example.org", NULL,
	};
	if (argc != 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	srandom((unsigned)time(NULL));
	stage_make(&stage, "notifier", argv[1], sql_migrations, 1);
	acceptor_start(&acceptor, argv[2]);
	snprintf(relay, sizeof(relay), "ECHO_SMTP_URL=smtp://127.0.0.1:%d",
		 acceptor.smtp_port);
	snprintf(journal, sizeof(journal),
		 "ECHO_IMAP_URL=imap://journal:journal@127.0.0.1:%d/INBOX",
		 acceptor.imap_port);
	snprintf(registry, sizeof(registry),
		 "ECHO_REGISTRY_URL=tcp://127.0.0.1:%d", stage.replicas[0].port);
	snprintf(scheduler, sizeof(scheduler),
		 "ECHO_SCHEDULER_URL=tcp://127.0.0.1:%d",
		 stage.replicas[0].port);
	stage.settings = settings;
	stage.stranger = true;
	stage.loud = getenv("LOUD") != NULL;
	reminders_members(&stage, MEMBERS, "example.org", 8);
	kill_often(&stage);
	expect(true, "kills", KILLS);
	let_it_finish(&stage);
	check(&stage);
	stage_end(&stage);
	acceptor_stop(&acceptor);
	return problems ? 1 : 0;
}
