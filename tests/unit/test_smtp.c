/*
 * smtp: what replies mean, and the dot: nothing may follow it before it was
 * allowed, and nothing may be sent when it was not. The relay is a thread that
 * answers by a list.
 */
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "services/notifier/mime.h"
#include "services/notifier/smtp.h"

/* ---- a relay ---- */

struct relay {
	int listener, port;
	pthread_t thread;
	/* what it says to RCPT, DATA and the dot; NULL: hangs up */
	const char *mail, *rcpt, *data, *dot;
	bool pipelining;
	char seen[65536]; /* all that came */
	bool got_dot;
};

static bool say(int fd, const char *line)
{
	if (!line)
		return false;
	return write(fd, line, strlen(line)) == (ssize_t)strlen(line);
}

static bool answer(struct relay *relay, int fd, const char *line, bool *body)
{
	if (*body) {
		if (strcmp(line, ".\r\n"))
			return true;
		*body = false;
		relay->got_dot = true;
		return say(fd, relay->dot);
	}
	if (!strncasecmp(line, "EHLO", 4))
		return say(fd, relay->pipelining
				       ? "250-relay\r\n250 PIPELINING\r\n"
				       : "250-relay\r\n250 8BITMIME\r\n");
	if (!strncasecmp(line, "RSET", 4))
		return say(fd, "250 ok\r\n");
	if (!strncasecmp(line, "MAIL", 4))
		return say(fd, relay->mail);
	if (!strncasecmp(line, "RCPT", 4))
		return say(fd, relay->rcpt);
	if (!strncasecmp(line, "DATA", 4)) {
		*body = relay->data && relay->data[0] == '3';
		return say(fd, relay->data);
	}
	return say(fd, "221 bye\r\n") && strncasecmp(line, "QUIT", 4);
}

static void serve(struct relay *relay, int fd)
{
	FILE *in = fdopen(dup(fd), "r");
	bool body = false, going = say(fd, "220 relay\r\n");
	char line[4096];

	while (going && fgets(line, sizeof(line), in)) {
		strncat(relay->seen, line,
			sizeof(relay->seen) - strlen(relay->seen) - 1);
		going = answer(relay, fd, line, &body);
	}
	fclose(in);
	close(fd);
}

static void *relay_main(void *context)
{
	struct relay *relay = context;
	int fd;

	while ((fd = accept(relay->listener, NULL, NULL)) >= 0)
		serve(relay, fd);
	return NULL;
}

static void relay_start(struct relay *relay)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	relay->listener = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert(!bind(relay->listener, (struct sockaddr *)&address, size));
	cr_assert(!listen(relay->listener, 5));
	getsockname(relay->listener, (struct sockaddr *)&address, &size);
	relay->port = ntohs(address.sin_port);
	cr_assert(!pthread_create(&relay->thread, NULL, relay_main, relay));
}

static void relay_stop(struct relay *relay)
{
	shutdown(relay->listener, SHUT_RDWR);
	pthread_join(relay->thread, NULL);
	close(relay->listener);
}

/* ---- submissions ---- */

static struct mail make_letter(struct arena *arena)
{
	static const char *const headers[] = {
		"From: <echo@example.org>", "Subject: Hello",
		"Message-ID: <1.0@example.org>", NULL };
	const struct mime_parts parts = {
		.headers = headers,
		.plain = "Dear Ann,\r\n.\r\n..and a dot that ends nothing\r\n",
		.html = "<p>Dear Ann, caf\xc3\xa9</p>\r\n",
	};
	struct text message = mime_message(arena, &parts);

	return (struct mail){ .from = "echo@example.org",
			      .to = "ann@example.org",
			      .message = message.bytes,
			      .length = message.length };
}

struct question {
	struct relay *relay;
	bool yes;
	int asked;
};

static bool may_go(void *context)
{
	struct question *question = context;

	question->asked++;
	cr_assert(!question->relay->got_dot);
	return question->yes;
}

static struct smtp_result submit(struct relay *relay, bool yes, int *asked)
{
	struct question question = { relay, yes, 0 };
	struct smtp_relay settings = { NULL, "", "", 5 };
	struct arena *arena = arena_new(4096);
	struct mail letter = make_letter(arena);
	struct smtp_result result;
	struct smtp *smtp;
	char url[64];

	relay_start(relay);
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", relay->port);
	settings.url = url;
	smtp_start();
	smtp = smtp_open(&settings);
	result = smtp_submit(smtp, &letter, may_go, &question);
	smtp_close(smtp);
	relay_stop(relay);
	arena_free(arena);
	*asked = question.asked;
	return result;
}

Test(smtp, takes_a_mail_to_the_end)
{
	static struct relay relay = { .mail = "250 ok\r\n", .rcpt = "250 ok\r\n",
				      .data = "354 go\r\n",
				      .dot = "250 2.0.0 queued as 1\r\n" };
	int asked;
	struct smtp_result result = submit(&relay, true, &asked);

	cr_assert_eq(result.outcome, SMTP_SENT);
	cr_assert_eq(result.code, 250);
	cr_assert_str_eq(result.text, "250 2.0.0 queued as 1");
	cr_assert_eq(asked, 1);
	cr_assert(strstr(relay.seen, "MAIL FROM:<echo@example.org>"));
	cr_assert(strstr(relay.seen, "RCPT TO:<ann@example.org>"));
	cr_assert(strstr(relay.seen, "Message-ID: <1.0@example.org>\r\n"));
	cr_assert(strstr(relay.seen, "multipart/alternative"));
	cr_assert(strstr(relay.seen, "caf=C3=A9"));
	/* a lone dot in the text is not the end */
	cr_assert(strstr(relay.seen, "ends nothing"));
}

Test(smtp, breaks_off_when_the_dot_is_refused)
{
	static struct relay relay = { .mail = "250 ok\r\n", .rcpt = "250 ok\r\n",
				      .data = "354 go\r\n", .dot = "250 ok\r\n" };
	int asked;

	cr_assert_eq(submit(&relay, false, &asked).outcome, SMTP_BROKEN_OFF);
	cr_assert_eq(asked, 1);
	cr_assert(!relay.got_dot);
}

Test(smtp, is_in_doubt_only_after_the_dot)
{
	const struct {
		struct relay relay;
		enum smtp_outcome outcome;
		int asked;
	} cases[] = {
		{ { .mail = "250 ok\r\n", .rcpt = "250 ok\r\n",
		    .data = "354 go\r\n", .dot = NULL }, SMTP_IN_DOUBT, 1 },
		{ { .mail = "250 ok\r\n", .rcpt = "250 ok\r\n",
		    .data = "354 go\r\n", .dot = "451 4.3.0 later\r\n" },
		  SMTP_RETRY, 1 },
		{ { .mail = "250 ok\r\n", .rcpt = "250 ok\r\n",
		    .data = "354 go\r\n", .dot = "554 5.7.1 spam\r\n" },
		  SMTP_REFUSED, 1 },
		{ { .mail = "250 ok\r\n", .rcpt = "250 ok\r\n", .data = NULL },
		  SMTP_RETRY, 0 },
		{ { .mail = "250 ok\r\n", .rcpt = "550 5.1.1 nobody\r\n" },
		  SMTP_BOUNCED, 0 },
		{ { .mail = "250 ok\r\n", .rcpt = "452 4.2.2 full\r\n" },
		  SMTP_RETRY, 0 },
		{ { .mail = "451 4.3.0 no\r\n" }, SMTP_RELAY_DOWN, 0 },
		{ { .mail = NULL }, SMTP_RELAY_DOWN, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		static struct relay relay;
		struct smtp_result result;
		int asked;

		relay = cases[i].relay;
		result = submit(&relay, true, &asked);
		cr_assert_eq(result.outcome, cases[i].outcome, "%zu: %d %s", i,
			     (int)result.outcome, result.text);
		cr_assert_eq(asked, cases[i].asked, "%zu", i);
	}
}

Test(smtp, knows_what_replies_mean)
{
	const struct {
		const char *stage, *text;
		enum smtp_outcome outcome;
	} cases[] = {
		{ "", "421 4.3.2 shutting down", SMTP_RELAY_DOWN },
		{ "", "535 5.7.8 bad password", SMTP_RELAY_DOWN },
		{ "RCPT", "421 4.7.28 rate limited", SMTP_DOMAIN_BUSY },
		{ "RCPT", "450 4.7.1 slow down", SMTP_DOMAIN_BUSY },
		{ "RCPT", "450 4.2.1 busy", SMTP_RETRY },
		{ "RCPT", "550 5.1.1 unknown", SMTP_BOUNCED },
		{ "RCPT", "550 5.2.1 disabled", SMTP_BOUNCED },
		{ "RCPT", "552 5.2.2 full", SMTP_REFUSED },
		{ "RCPT", "550 no such user", SMTP_REFUSED },
		{ "DATA", "554 5.7.1 policy", SMTP_REFUSED },
		{ ".", "250 2.0.0 ok", SMTP_SENT },
		{ ".", "421 4.7.0 later", SMTP_DOMAIN_BUSY },
		{ ".", "452 4.3.1 disk", SMTP_RETRY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_assert_eq(smtp_classify(cases[i].stage,
					   atoi(cases[i].text), cases[i].text),
			     cases[i].outcome, "%s", cases[i].text);
	cr_assert_eq(smtp_classify(".", 0, ""), SMTP_IN_DOUBT);
	cr_assert_eq(smtp_classify("DATA", 0, ""), SMTP_RETRY);
}
