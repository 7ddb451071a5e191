/* notifier: reminders by e-mail. The table of the service, and main. */
#include "notifier_sql.h"
#include "registry.pb-c.h"
#include "scheduler.pb-c.h"
#include "notifier.pb-c.h"
#include "services/notifier/clerk.h"
#include "services/notifier/engine.h"

#define STAFF "hub_admin coordinator"

static const struct method methods[] = {
	/* rules */
	{ .name = "ListRules", .sql = { SQL(list_rules) },
	  .roles = STAFF " superhub_admin" },
	{ .name = "PutRule", .sql = { SQL(put_rule) }, .key = "rule",
	  .write = true, .roles = STAFF " superhub_admin" },
	/* beforehand */
	{ .name = "ListPlans", .sql = { SQL(list_plans) }, .roles = STAFF },
	{ .name = "ListRecipients", .sql = { SQL(list_recipients) },
	  .roles = STAFF },
	/* afterwards */
	{ .name = "ListMessages", .sql = { SQL(list_messages) },
	  .roles = STAFF, .self = "person_id" },
	/* who gets nothing */
	{ .name = "PauseReminders", .sql = { SQL(pause_reminders) },
	  .key = "person_id", .write = true, .roles = STAFF,
	  .self = "person_id" },
	{ .name = "Suppress", .sql = { SQL(suppress) }, .key = "address",
	  .write = true, .roles = "superhub_admin" },
	{ .name = "Unsuppress", .sql = { SQL(unsuppress) }, .key = "address",
	  .write = true, .roles = "superhub_admin" },
	{ .name = "ListSuppressions", .sql = { SQL(list_suppressions) },
	  .roles = "superhub_admin" },
	/* for other services */
	{ .name = "SendNotice", .sql = { SQL(send_notice) }, .write = true,
	  .callers = "registry" },
	/* operations: nothing personal in it */
	{ .name = "Outbox", .sql = { SQL(outbox) } },
	{ .name = "ResolveInDoubt", .sql = { SQL(resolve_in_doubt) },
	  .key = "message_id", .write = true, .roles = "superhub_admin" },
	/* data protection */
	{ .name = "HeldData", .sql = { SQL(held_data) }, .roles = "hub_admin",
	  .self = "person_id" },
	{ .name = "ListRetention", .sql = { RUNTIME_SQL(list_retention) },
	  .roles = "hub_admin" },
	{ .name = "PutRetention", .sql = { RUNTIME_SQL(put_retention) },
	  .key = "rule", .write = true, .roles = TOKEN_OPERATOR },
	{ 0 },
};

#define REGISTRY(feed) "registry", #feed, &registry__##feed##__descriptor
#define SCHEDULER(feed) "scheduler", #feed, &scheduler__##feed##__descriptor

static const struct follow follows[] = {
	{ REGISTRY(hub), { SQL(follow_hub) } },
	{ REGISTRY(network), { SQL(follow_network) } },
	{ REGISTRY(person), { SQL(follow_person_lock), SQL(follow_person_erase),
			      SQL(follow_person), SQL(follow_person_reopen) } },
	{ REGISTRY(membership), { SQL(follow_membership),
				  SQL(follow_membership_reopen) } },
	{ SCHEDULER(session), { SQL(follow_session),
				SQL(follow_session_plan) } },
	{ SCHEDULER(assignment), { SQL(follow_assignment),
				   SQL(follow_assignment_reopen) } },
	{ SCHEDULER(invitation), { SQL(follow_invitation) } },
	{ SCHEDULER(attendance), { SQL(follow_attendance),
				   SQL(follow_attendance_reopen) } },
	{ 0 },
};

static const struct timer timers[] = {
	{ .name = "expand", .sql = SQL(expand),
	  .every_us = CLOCK_SECOND / 4 },
	{ .name = "rescue", .sql = SQL(rescue), .every_us = CLOCK_SECOND },
	{ .name = "forget_notices", .sql = SQL(forget_notices),
	  .every_us = CLOCK_SECOND },
	{ .name = "reconcile", .run = reconcile,
	  .every_us = 2 * CLOCK_SECOND },
	{ .name = "retain_messages", .sql = SQL(retain_messages),
	  .every_us = 3600 * CLOCK_SECOND },
	{ 0 },
};

struct engine_settings engine_settings;

static const struct setting settings[] = {
	{ .name = "ECHO_SMTP_URL", .value = &engine_settings.smtp_url,
	  .about = "relay, smtp://HOST:PORT or smtps://HOST:PORT" },
	{ .name = "ECHO_SMTP_USER", .value = &engine_settings.smtp_user,
	  .fallback = "",
	  .about = "user at the relay; with one, TLS is required" },
	{ .name = "ECHO_SMTP_PASSWORD",
	  .value = &engine_settings.smtp_password, .fallback = "",
	  .secret = true, .about = "the user's password" },
	{ .name = "ECHO_IMAP_URL", .value = &engine_settings.imap_url,
	  .fallback = "", .secret = true,
	  .about = "mailbox with a copy of all the relay accepted, "
		   "imap://USER:PASSWORD@HOST/INBOX; empty: none" },
	{ .name = "ECHO_IN_DOUBT_GRACE_S", .type = SETTING_INT,
	  .value = &engine_settings.in_doubt_grace_s, .fallback = "360",
	  .min = 1, .max = 86400,
	  .about = "seconds before a mail in doubt is looked up; more than "
		   "the relay waits for a silent client" },
	{ .name = "ECHO_IN_DOUBT_POLICY",
	  .value = &engine_settings.in_doubt_policy, .fallback = "hold",
	  .choices = "hold resend",
	  .about = "what becomes of it when there is no mailbox to ask" },
	{ .name = "ECHO_SENDERS", .type = SETTING_INT,
	  .value = &engine_settings.senders, .fallback = "16", .min = 0,
	  .max = CLERK_SENDERS_MAX,
	  .about = "connections to the relay; what they send shares commits" },
	{ .name = "ECHO_LEASE_S", .type = SETTING_INT,
	  .value = &engine_settings.lease_s, .fallback = "60", .min = 1,
	  .max = 600, .about = "seconds that a claimed mail is a sender's" },
	{ .name = "ECHO_MAIL_FROM", .value = &engine_settings.mail_from,
	  .about = "address of the sender and the organiser" },
	{ .name = "ECHO_PUBLIC_URL", .value = &engine_settings.public_url,
	  .fallback = "",
	  .about = "of the pages, for links in mails; empty: no links" },
	{ 0 },
};

const struct authority engine_authority = { "service", "", "" };

#define MESSAGE(name) &notifier__##name##__descriptor

const struct binding engine[] = {
	[ENGINE_CLAIM] = { SQL(claim), MESSAGE(claim), MESSAGE(claim_reply) },
	[ENGINE_DOT] = { SQL(dot), MESSAGE(dot), MESSAGE(dot_reply) },
	[ENGINE_SETTLE] = { SQL(settle), MESSAGE(settlement) },
	[ENGINE_RELEASE] = { SQL(release), MESSAGE(owner) },
	[ENGINE_IN_DOUBT] = { SQL(in_doubt), MESSAGE(in_doubt_request),
			      MESSAGE(in_doubt_reply) },
	[ENGINE_RESOLVE] = { SQL(resolve), MESSAGE(verdict) },
	[ENGINE_TEMPLATES] = { SQL(templates), NULL, MESSAGE(templates) },
	{ 0 },
};

extern const struct service notifier;
const struct service notifier = {
	.name = "notifier",
	.version = ECHO_VERSION,
	.descriptor = &notifier__notifier__descriptor,
	.methods = methods,
	.follows = follows,
	.timers = timers,
	.settings = settings,
	.statements = engine,
	.migrations = sql_migrations,
	.start = sender_start,
	.stop = sender_stop,
};

int main(int argc, char **argv)
{
	return service_main(&notifier, argc, argv);
}
