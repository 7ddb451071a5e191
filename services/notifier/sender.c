/* sender: threads that take a claimed mail, compose it, submit it. */
#include <pthread.h>
#include <string.h>

#include "services/common/base/log.h"
#include "services/notifier/clerk.h"
#include "services/notifier/engine.h"
#include "services/notifier/render.h"
#include "services/notifier/smtp.h"

/* Longer than any relay takes for one mail, shorter than the grace. */
#define SUBMIT_TIMEOUT_S 120

static struct clerk *clerk;
static struct service_run *service;
static struct compose_sender identity;
static struct smtp_relay relay;
static pthread_t threads[CLERK_SENDERS_MAX];

/* What an outcome is in the ledger and in /metrics. */
static const struct {
	Notifier__Settlement__Outcome outcome; /* unspecified: no entry */
	const char *counter;
} entries[] = {
	[SMTP_SENT] = { NOTIFIER__SETTLEMENT__OUTCOME__sent, "mail_sent" },
	[SMTP_RETRY] = { NOTIFIER__SETTLEMENT__OUTCOME__retry, "mail_retry" },
	[SMTP_DOMAIN_BUSY] = { NOTIFIER__SETTLEMENT__OUTCOME__domain_busy,
			       "mail_domain_busy" },
	[SMTP_RELAY_DOWN] = { NOTIFIER__SETTLEMENT__OUTCOME__relay_down,
			      "mail_relay_down" },
	[SMTP_BOUNCED] = { NOTIFIER__SETTLEMENT__OUTCOME__bounced,
			   "mail_bounced" },
	[SMTP_REFUSED] = { NOTIFIER__SETTLEMENT__OUTCOME__refused,
			   "mail_refused" },
	[SMTP_BROKEN_OFF] = { NOTIFIER__SETTLEMENT__OUTCOME__unspecified,
			      "mail_broken_off" },
	[SMTP_IN_DOUBT] = { NOTIFIER__SETTLEMENT__OUTCOME__unspecified,
			    "mail_in_doubt" },
};

static bool ask_for_dot(void *context)
{
	const struct claimed *claimed = context;
	bool calendar = *claimed->mail->method != '\0';

	return clerk_dot(clerk, claimed,
			 calendar ? claimed->mail->sequence : -1);
}

static void record(const struct claimed *claimed,
		   const struct smtp_result *result)
{
	Notifier__Settlement__Outcome outcome =
		entries[result->outcome].outcome;

	service_count(service, entries[result->outcome].counter, 1);
	if (outcome == NOTIFIER__SETTLEMENT__OUTCOME__unspecified)
		clerk_drop(clerk, claimed);
	else
		clerk_settle(clerk, claimed, outcome, result->code,
			     result->text);
}

static void send_one(struct smtp *smtp, struct arena *arena,
		     struct claimed *claimed)
{
	struct error error = { STATUS_OK, "", "" };
	struct smtp_result result = { .outcome = SMTP_REFUSED };
	struct mail mail;

	if (claimed->late) {
		clerk_settle(clerk, claimed,
			     NOTIFIER__SETTLEMENT__OUTCOME__returned, 0, "");
		return;
	}
	if (compose(arena, claimed->mail, &identity, clock_now(), &mail,
		    &error) == STATUS_OK)
		result = smtp_submit(smtp, &mail, ask_for_dot, claimed);
	else
		strncpy(result.text, error.message, sizeof(result.text) - 1);
	record(claimed, &result);
}

static void *sender_main(void *unused)
{
	struct smtp *smtp = smtp_open(&relay);
	struct arena *arena = arena_new(32768);
	struct claimed claimed;

	(void)unused;
	while (clerk_take(clerk, &claimed)) {
		send_one(smtp, arena, &claimed);
		arena_reset(arena);
	}
	arena_free(arena);
	smtp_close(smtp);
	return NULL;
}

/* ---- start and stop ---- */

static bool check_template(struct arena *arena,
			   const Notifier__TemplateText *template)
{
	const char *unknown = render_check(arena, template->subject);

	if (!unknown)
		unknown = render_check(arena, template->text);
	if (unknown)
		log_line(LOG_ERROR, "a template names what nobody knows",
			 "rule", template->rule, "language",
			 template->language, "name", unknown, NULL);
	return !unknown;
}

static bool check_templates(struct service_run *run)
{
	struct sql *sql = sql_open(service_database_url(run), "notifier check");
	struct arena *arena = arena_new(32768);
	struct error error = { STATUS_OK, "", "" };
	Notifier__Owner none = NOTIFIER__OWNER__INIT;
	ProtobufCMessage *reply;
	bool good;

	sql_schema(sql, "notifier");
	good = sql_call(sql, &engine[ENGINE_TEMPLATES], &none.base, arena,
			&reply, &error) == STATUS_OK;
	if (!good)
		log_line(LOG_ERROR, "the templates cannot be read", "why",
			 error.message, NULL);
	for (size_t i = 0;
	     good && i < ((Notifier__Templates *)reply)->n_templates; i++)
		good = check_template(
			arena, ((Notifier__Templates *)reply)->templates[i]);
	arena_free(arena);
	sql_close(sql);
	return good;
}

static bool check_settings(void)
{
	if (strchr(engine_settings.mail_from, '@') &&
	    !strpbrk(engine_settings.mail_from, " <>\r\n"))
		return true;
	log_line(LOG_ERROR, "not an e-mail address", "setting",
		 "ECHO_MAIL_FROM", NULL);
	return false;
}

bool sender_start(struct service_run *run)
{
	if (!check_settings() || !check_templates(run))
		return false;
	service = run;
	identity = (struct compose_sender){ engine_settings.mail_from,
					    engine_settings.public_url };
	relay = (struct smtp_relay){ engine_settings.smtp_url,
				     engine_settings.smtp_user,
				     engine_settings.smtp_password,
				     SUBMIT_TIMEOUT_S };
	smtp_start();
	clerk = clerk_start(service_database_url(run),
			    (int)engine_settings.senders,
			    (int)engine_settings.lease_s);
	for (int i = 0; i < engine_settings.senders; i++)
		if (pthread_create(&threads[i], NULL, sender_main, NULL))
			log_fatal("cannot start a thread", "thread", "sender",
				  NULL);
	return true;
}

void sender_stop(struct service_run *run)
{
	(void)run;
	clerk_close(clerk);
	for (int i = 0; i < engine_settings.senders; i++)
		pthread_join(threads[i], NULL);
	clerk_stop(clerk);
}
