/*
 * mail: reminders per second, from a plan that falls due to the last recorded
 * outcome, every durable step included, against postfix's smtp-source sending
 * mails of the same size over as many connections. Both send to smtp-sink. Ours
 * waits for the disk, theirs does not: the ratio falls when others use it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "notifier_sql.h"
#include "services/common/base/clock.h"
#include "tests/bench/bench.h"
#include "tests/support/reminders.h"

#define MEMBERS 500
#define SESSIONS 20
#define MAILS (MEMBERS * SESSIONS)
#define ROUNDS 3
#define SIZE "2600" /* of one of our mails */
#define CONNECTIONS "50"

static char sink[32]; /* 127.0.0.1:PORT */

static pid_t start_sink(void)
{
	pid_t pid;

	snprintf(sink, sizeof(sink), "127.0.0.1:%d", stage_port());
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* it will not run as root, and becoming nobody would untie it */
		if (!geteuid())
			execlp("setpriv", "setpriv", "--reuid=nobody",
			       "--clear-groups", "--pdeathsig=KILL",
			       "/usr/sbin/smtp-sink", sink, "1000",
			       (char *)NULL);
		execl("/usr/sbin/smtp-sink", "smtp-sink", sink, "1000",
		      (char *)NULL);
		_exit(1);
	}
	sleep(1);
	return pid;
}

static double send_theirs(void)
{
	char command[256];
	int64_t since = clock_monotonic();

	snprintf(command, sizeof(command),
		 "/usr/sbin/smtp-source -d -s " CONNECTIONS " -l " SIZE
		 " -m %d -f a@example.org -t b@example.org %s", MAILS, sink);
	return system(command) ? 0 : MAILS / bench_seconds(since);
}

static double send_ours(struct stage *stage, const char *rule)
{
	const struct timespec pause = { 0, 50 * 1000 * 1000 };
	long long before = stage_metric(stage, 0, "echo_mail_sent_total");
	int64_t since = clock_monotonic();
	double rate;

	for (int i = 0; i < SESSIONS; i++)
		reminders_due(stage, rule);
	if (before < 0)
		before = 0;
	while (stage_metric(stage, 0, "echo_mail_sent_total") < before + MAILS &&
	       bench_seconds(since) < 120)
		nanosleep(&pause, NULL);
	while (stage_query(stage, "SELECT count(*) FROM job"))
		nanosleep(&pause, NULL);
	rate = MAILS / bench_seconds(since);
	if (stage_query(stage, "SELECT count(*) FROM message"
			       " WHERE state <> 'sent'"))
		return 0;
	return rate;
}

static double compare(struct stage *stage, const char *rule)
{
	double ratios[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double ours = send_ours(stage, rule);
		double theirs = send_theirs();

		ratios[i] = theirs > 0 ? ours / theirs : 0;
		printf("%s, round %d: %.0f reminders/s, %.0f mails/s "
		       "smtp-source\n", rule, i + 1, ours, theirs);
	}
	return bench_median(ratios, ROUNDS);
}

int main(int argc, char **argv)
{
	static struct stage stage;
	char relay[64], registry[64], scheduler[64], program[512];
	const char *const settings[] = {
		relay,
		"ECHO_SENDERS=" CONNECTIONS,
		"ECHO_MAIL_FROM=echo@example.org",
		registry, scheduler,
		NULL,
	};
	pid_t sink_pid;
	double reminder, invitation;

	if (argc != 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	sink_pid = start_sink();
	snprintf(relay, sizeof(relay), "ECHO_SMTP_URL=smtp://%s", sink);
	snprintf(program, sizeof(program), "%s/services/notifier/notifier",
		 argv[1]);
	stage_make(&stage, "notifier", program, sql_migrations, 1);
	/* nobody to follow: itself, which refuses */
	snprintf(registry, sizeof(registry),
		 "ECHO_REGISTRY_URL=tcp://127.0.0.1:%d", stage.replicas[0].port);
	snprintf(scheduler, sizeof(scheduler),
		 "ECHO_SCHEDULER_URL=tcp://127.0.0.1:%d",
		 stage.replicas[0].port);
	stage.settings = settings;
	stage.stranger = true;
	stage.loud = getenv("LOUD") != NULL;
	reminders_members(&stage, MEMBERS, "example.org", 0);
	stage_start(&stage, 0);
	reminder = compare(&stage, "hour_before");
	invitation = compare(&stage, "invite");
	bench_ratio("mail_reminder", reminder, 0.3);
	bench_ratio("mail_invitation", invitation, 0.3);
	stage_end(&stage);
	kill(sink_pid, SIGTERM);
	waitpid(sink_pid, NULL, 0);
	return reminder > 0 && invitation > 0 ? 0 : 1;
}
