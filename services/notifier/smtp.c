/* smtp: the transaction, and what its replies mean. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/notifier/smtp_wire.h"

#define COMMAND 600 /* an address has at most 254 characters */

struct smtp {
	const struct smtp_relay *relay;
	struct wire wire;
};

/* ---- what replies mean ---- */

static const struct {
	const char *stage; /* NULL: any */
	int low, high;     /* codes; 0 is a broken connection */
	const char *class; /* how the reply's enhanced code begins; "": any */
	enum smtp_outcome outcome;
} meanings[] = {
	{ ".", 0, 0, "", SMTP_IN_DOUBT },
	{ ".", 200, 299, "", SMTP_SENT },
	{ "", 0, 599, "", SMTP_RELAY_DOWN },
	{ NULL, 421, 421, "", SMTP_DOMAIN_BUSY },
	{ NULL, 400, 499, "4.7.", SMTP_DOMAIN_BUSY },
	{ NULL, 500, 599, "5.1.", SMTP_BOUNCED },
	{ NULL, 500, 599, "5.2.1", SMTP_BOUNCED },
	{ NULL, 500, 599, "", SMTP_REFUSED },
	{ NULL, 0, 499, "", SMTP_RETRY },
};

static bool has_class(const char *text, const char *class)
{
	return strlen(text) >= 4 && !strncmp(text + 4, class, strlen(class));
}

enum smtp_outcome smtp_classify(const char *stage, int code, const char *text)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if ((!meanings[i].stage || !strcmp(meanings[i].stage, stage)) &&
		    code >= meanings[i].low && code <= meanings[i].high &&
		    (!*meanings[i].class || has_class(text, meanings[i].class)))
			return meanings[i].outcome;
	return SMTP_RETRY;
}

static struct smtp_result conclude(const char *stage, const struct reply *reply)
{
	struct smtp_result result = { .code = reply->code };

	result.outcome = smtp_classify(stage, reply->code, reply->text);
	memcpy(result.text, reply->text, sizeof(result.text));
	return result;
}

/* ---- the transaction ---- */

static const struct {
	const char *format;
	const char *stage; /* that a refusal belongs to */
	int wanted;        /* first digit of the reply */
} steps[] = {
	{ "MAIL FROM:<%s>\r\n", "", 2 },
	{ "RCPT TO:<%s>\r\n", "RCPT", 2 },
	{ "DATA\r\n", "DATA", 3 },
};
#define STEPS (sizeof(steps) / sizeof(*steps))

static void make_commands(const struct mail *mail, char commands[][COMMAND])
{
	const char *const values[STEPS] = { mail->from, mail->to, "" };

	for (size_t i = 0; i < STEPS; i++) {
		const char *hole = strstr(steps[i].format, "%s");
		size_t head = hole ? (size_t)(hole - steps[i].format)
				   : strlen(steps[i].format);

		snprintf(commands[i], COMMAND, "%.*s%s%s", (int)head,
			 steps[i].format, hole ? values[i] : "",
			 hole ? hole + 2 : "");
	}
}

/*
 * Ask for a transaction up to the text. The stage and reply of the first step
 * that was refused, or NULL when the relay waits for the text.
 */
static const char *ask(struct wire *wire, const struct mail *mail,
		       struct reply *refusal)
{
	char commands[STEPS][COMMAND], all[STEPS * COMMAND];
	const char *refused = NULL;
	struct reply reply = { 0, "" };

	make_commands(mail, commands);
	snprintf(all, sizeof(all), "%s%s%s", commands[0], commands[1],
		 commands[2]);
	if (wire->pipelining)
		wire_send(wire, all, strlen(all));
	for (size_t i = 0; i < STEPS && (!refused || wire->pipelining); i++) {
		if (!wire->pipelining)
			wire_send(wire, commands[i], strlen(commands[i]));
		wire_read(wire, &reply);
		if (refused || reply.code / 100 == steps[i].wanted)
			continue;
		refused = steps[i].stage;
		*refusal = reply;
		if (!reply.code)
			break;
	}
	/* it waits for a text that has no recipient: only cutting ends that */
	if (refused && reply.code / 100 == 3)
		wire_cut(wire);
	return refused;
}

/* After a refusal the connection is good for the next mail, if it says so. */
static void start_over(struct wire *wire, const struct reply *refusal)
{
	struct reply reply = { 0, "" };

	if (!wire->curl)
		return;
	if (refusal->code && refusal->code != 421 &&
	    wire_send(wire, "RSET\r\n", 6))
		wire_read(wire, &reply);
	if (reply.code / 100 != 2)
		wire_cut(wire);
}

static struct smtp_result transact(struct wire *wire, const struct mail *mail,
				   smtp_dot *dot, void *context)
{
	struct smtp_result result = { .outcome = SMTP_BROKEN_OFF };
	struct reply reply = { 0, "" };
	const char *refused = ask(wire, mail, &reply);

	if (refused) {
		start_over(wire, &reply);
		return conclude(refused, &reply);
	}
	if (!dot(context)) {
		wire_cut(wire);
		return result;
	}
	/* the dot leaves with the text: nothing is known of it before there is
	 * a reply */
	if (wire_send(wire, mail->message, mail->length))
		wire_read(wire, &reply);
	else
		reply = (struct reply){ 0, "the connection broke" };
	if (!reply.code || reply.code == 421)
		wire_cut(wire);
	return conclude(".", &reply);
}

struct smtp_result smtp_submit(struct smtp *smtp, const struct mail *mail,
			       smtp_dot *dot, void *context)
{
	bool kept = smtp->wire.curl != NULL;
	struct smtp_result result;
	struct reply reply = { 0, "" };

	smtp->wire.until_us =
		clock_monotonic() + smtp->relay->timeout_s * CLOCK_SECOND;
	if (!kept && !wire_connect(&smtp->wire, smtp->relay, &reply))
		return conclude("", &reply);
	result = transact(&smtp->wire, mail, dot, context);
	/* the relay may have closed an idle connection: that says nothing */
	if (result.outcome != SMTP_RELAY_DOWN || !kept)
		return result;
	wire_cut(&smtp->wire);
	return smtp_submit(smtp, mail, dot, context);
}

/* ---- life ---- */

void smtp_start(void)
{
	/* a relay that hangs up is a reply, not a signal */
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_ALL);
}

struct smtp *smtp_open(const struct smtp_relay *relay)
{
	struct smtp *smtp = calloc(1, sizeof(*smtp));

	if (!smtp)
		log_fatal("out of memory", NULL);
	smtp->relay = relay;
	return smtp;
}

void smtp_close(struct smtp *smtp)
{
	if (smtp->wire.curl)
		wire_send(&smtp->wire, "QUIT\r\n", 6);
	wire_cut(&smtp->wire);
	free(smtp);
}
