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
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "notifier_sql.h"
#include "services/common/base/clock.h"
#include "tests/support/reminders.h"

#define KILLS 110
#define MEMBERS 250
#define SETTLE_S 90

static char folder[] = "/tmp/echo-kill.XXXXXX";
static int smtp_port, imap_port;
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

/* The acceptor lives until our end of its standard input is closed. */
static pid_t start_acceptor(const char *script)
{
	char smtp[16], imap[16], word[16] = "";
	int in[2], out[2];
	pid_t pid;

	snprintf(smtp, sizeof(smtp), "%d", smtp_port = stage_port());
	snprintf(imap, sizeof(imap), "%d", imap_port = stage_port());
	if (!mkdtemp(folder) || chmod(folder, 0755) || pipe(in) || pipe(out))
		exit(2);
	pid = fork();
	if (!pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(in[0]);
		close(out[0]);
		close(out[1]);
		execl(script, script, folder, smtp, imap, (char *)NULL);
		_exit(2);
	}
	close(in[0]);
	close(out[1]);
	if (read(out[0], word, sizeof(word) - 1) < 5 || memcmp(word, "ready", 5)) {
		fputs("the acceptor did not start\n", stderr);
		exit(2);
	}
	/* the notifier must not hold the acceptor's life line */
	fcntl(in[1], F_SETFD, FD_CLOEXEC);
	return pid;
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

/* The message's number out of "Message-ID: <NUMBER.SEQUENCE.STAMP@...>". */
static long number_of(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[1024];
	long number = 0;

	while (file && !number && fgets(line, sizeof(line), file) &&
	       line[0] != '\r' && line[0] != '\n')
		sscanf(line, "Message-ID: <%ld.", &number);
	if (file)
		fclose(file);
	return number;
}

static void count_folder(const char *name, int arrived[], long most)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/journal/%s", folder, name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		long number;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/journal/%s/%s", folder, name,
			 entry->d_name);
		number = number_of(path);
		if (number > 0 && number <= most)
			arrived[number]++;
		else
			expect(false, "a mail of unknown number", number);
	}
	if (dir)
		closedir(dir);
}

static void check(struct stage *stage)
{
	long most = (long)stage_query(
		stage, "SELECT coalesce(max(message_id), 0) FROM message");
	int *arrived = calloc((size_t)most + 1, sizeof(*arrived));
	long long messages = stage_query(stage, "SELECT count(*) FROM message");
	long long sent = stage_query(
		stage, "SELECT count(*) FROM message WHERE state = 'sent'");
	long different = 0, twice = 0;

	count_folder("new", arrived, most);
	count_folder("cur", arrived, most);
	for (long i = 1; i <= most; i++) {
		different += arrived[i] > 0;
		twice += arrived[i] > 1;
	}
	free(arrived);
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
	pid_t acceptor;

	if (argc != 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	srandom((unsigned)time(NULL));
	stage_make(&stage, "notifier", argv[1], sql_migrations, 1);
	acceptor = start_acceptor(argv[2]);
	snprintf(relay, sizeof(relay), "ECHO_SMTP_URL=smtp://127.0.0.1:%d",
		 smtp_port);
	snprintf(journal, sizeof(journal),
		 "ECHO_IMAP_URL=imap://journal:journal@127.0.0.1:%d/INBOX",
		 imap_port);
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
	kill(acceptor, SIGTERM);
	waitpid(acceptor, NULL, 0);
	return problems ? 1 : 0;
}
