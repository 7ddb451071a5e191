/*
 * registry: organisations, hubs, networks, people, memberships and roles. The
 * tables; the other files do what SQL must not: know keys, and call others.
 */
#include "registry.pb-c.h"
#include "registry_sql.h"
#include "scheduler.pb-c.h"
#include "services/registry/audit.h"
#include "services/registry/credential.h"
#include "services/registry/factor.h"
#include "services/registry/notices.h"
#include "services/registry/signin.h"
#include "services/registry/statements.h"

/* Who may, besides the operator; which rows they see and change is row-level
 * security (migrations). */
#define SUPERHUB "superhub_admin"
#define HUB SUPERHUB " hub_admin"
#define STAFF HUB " coordinator"
#define OWN "hub_admin coordinator"
#define DECIDERS OWN " facilitator network_lead"
#define PROPOSERS SUPERHUB " " DECIDERS
/* Who speaks to browsers; the operator tries it out. */
#define BROWSERS "gateway superhub"

static const struct method methods[] = {
	{ "PutOrganisation", { SQL(put_organisation) },
	  .key = "organisation_id", .write = true, .roles = SUPERHUB },
	{ "GetOrganisation", { SQL(get_organisation) } },
	{ "PutHub", { SQL(put_hub) }, .key = "hub_id", .write = true,
	  .roles = SUPERHUB },
	{ "GetHub", { SQL(get_hub) } },
	{ "ListHubs", { SQL(list_hubs) } },
	{ "PutNetwork", { SQL(put_network) }, .key = "network_id",
	  .write = true, .roles = PROPOSERS },
	{ "GetNetwork", { SQL(get_network) } },
	{ "ListNetworks", { SQL(list_networks) } },

	{ "PutPerson", { SQL(put_person) }, .key = "person_id", .write = true,
	  .roles = STAFF, .self = "person_id" },
	{ "GetPerson", { SQL(get_person) }, .roles = OWN,
	  .self = "person_id" },
	{ "ListPeople", { SQL(list_people) }, .roles = OWN },
	{ "FindPeopleByEmail", { SQL(find_people_by_email) },
	  .roles = TOKEN_OPERATOR },
	{ "OpenPerson", { SQL(open_person) }, .roles = SUPERHUB },
	{ "SearchPeople", { SQL(search_people) }, .roles = STAFF },
	{ "ChangeEmail", { SQL(change_email), SQL(settle_email),
	  SQL(change_email_reply) }, .key = "person_id", .write = true,
	  .roles = STAFF, .self = "person_id" },
	{ "NoteEmail", { SQL(note_email) }, .key = "address", .write = true,
	  .callers = "gateway notifier superhub" },
	{ "FindDuplicates", { SQL(find_duplicates) }, .roles = STAFF },
	{ "DismissDuplicate", { SQL(dismiss_duplicate) }, .write = true,
	  .key = "person_id", .roles = STAFF },
	{ "MergePeople", { SQL(merge_people), SQL(merge_people_reply) },
	  .key = "keep_id", .write = true, .roles = STAFF },
	{ "UndoMerge", { SQL(undo_merge), SQL(undo_merge_reply) },
	  .key = "merge_id", .write = true, .roles = STAFF },
	{ "ListMerges", { SQL(list_merges) }, .roles = STAFF,
	  .self = "person_id" },

	/* Many for one network at once are one statement's business: no key. */
	{ "Join", { SQL(join) }, .write = true, .roles = OWN,
	  .self = "person_id" },
	{ "DecideMembership", { SQL(decide_membership) },
	  .key = "membership_id", .write = true, .roles = DECIDERS },
	{ "Leave", { SQL(leave) }, .key = "person_id", .write = true,
	  .roles = OWN, .self = "person_id" },
	{ "ListMemberships", { SQL(list_memberships) }, .roles = DECIDERS,
	  .self = "person_id" },

	/* Networks: their life, and what members do. */
	{ "ChangeNetworkStatus", { SQL(change_network_status) },
	  .key = "network_id", .write = true, .roles = HUB },
	{ "InviteMember", { SQL(invite_member) }, .write = true,
	  .roles = OWN },
	{ "PauseMembership", { SQL(pause_membership) }, .key = "person_id",
	  .write = true, .roles = OWN, .self = "person_id" },
	{ "ShowInDirectory", { SQL(show_in_directory) }, .key = "person_id",
	  .write = true, .self = "person_id" },
	{ "ListParticipants", { SQL(list_participants) }, .roles = DECIDERS,
	  .self = "person_id" },
	{ "PublishStatement", { SQL(publish_statement) },
	  .key = "statement_id", .write = true, .roles = HUB },
	{ "GetStatement", { SQL(get_statement) } },
	{ "AcceptStatement", { SQL(accept_statement) }, .key = "person_id",
	  .write = true, .self = "person_id" },

	{ "ImportHubs", { SQL(import_hubs) }, .write = true,
	  .roles = SUPERHUB },
	{ "ImportNetworks", { SQL(import_networks) }, .write = true,
	  .roles = SUPERHUB },
	{ "ImportMembers", { SQL(import_members) }, .write = true,
	  .roles = OWN },

	{ "BeginImport", { SQL(begin_import) }, .key = "import_id",
	  .write = true, .roles = STAFF },
	{ "FinishImport", { SQL(finish_import) }, .key = "import_id",
	  .write = true, .roles = STAFF },
	{ "UndoImport", { SQL(undo_import) }, .key = "import_id",
	  .write = true, .roles = STAFF },
	{ "ListImports", { SQL(list_imports) }, .roles = STAFF },
	{ "ListImportKept", { SQL(list_import_kept) }, .roles = STAFF },
	{ "ExportColumns", { SQL(export_columns) }, .roles = OWN },
	{ "ExportRows", { SQL(export_rows) }, .roles = OWN },

	{ "GrantRole", { SQL(grant_role) }, .key = "grant_id", .write = true,
	  .roles = SUPERHUB },
	{ "RevokeRole", { SQL(revoke_role) }, .key = "grant_id",
	  .write = true, .roles = SUPERHUB },
	{ "ListRoleGrants", { SQL(list_role_grants) }, .roles = SUPERHUB,
	  .self = "person_id" },
	{ "ListAuditBatches", { SQL(list_audit_batches) }, .roles = SUPERHUB },
	{ "ListAuditEvents", { SQL(list_audit_events) }, .roles = SUPERHUB },

	/* protection */
	{ "ListPurposes", { SQL(list_purposes) } },
	{ "PutWording", { SQL(put_wording) }, .key = "purpose", .write = true,
	  .roles = SUPERHUB },
	{ "GiveConsent", { SQL(give_consent) }, .key = "person_id",
	  .write = true, .roles = STAFF, .self = "person_id" },
	{ "WithdrawConsent", { SQL(withdraw_consent) }, .key = "person_id",
	  .write = true, .roles = STAFF, .self = "person_id" },
	{ "ListConsents", { SQL(list_consents) }, .roles = STAFF,
	  .self = "person_id" },
	{ "OpenDataRequest", { SQL(open_data_request) }, .write = true,
	  .callers = BROWSERS },
	{ "MoveDataRequest", { SQL(move_data_request) },
	  .key = "data_request_id", .write = true, .roles = HUB },
	{ "ExtendDataRequest", { SQL(extend_data_request) },
	  .key = "data_request_id", .write = true, .roles = HUB },
	{ "GetDataRequest", { SQL(get_data_request) },
	  .callers = BROWSERS },
	{ "ListDataRequests", { SQL(list_data_requests) }, .roles = HUB,
	  .self = "person_id" },
	{ "ErasePerson", { SQL(erase_person) }, .key = "person_id",
	  .write = true, .roles = HUB },
	{ "HeldData", { SQL(held_data) }, .roles = "hub_admin",
	  .self = "person_id" },
	{ "ListRetention", { RUNTIME_SQL(list_retention) }, .roles = HUB },
	{ "PutRetention", { RUNTIME_SQL(put_retention) }, .key = "rule",
	  .write = true, .roles = TOKEN_OPERATOR },
	{ "ListRetentionNotices", { SQL(list_retention_notices) },
	  .roles = STAFF },
	{ "KeepPerson", { SQL(keep_person) }, .key = "person_id",
	  .write = true, .roles = STAFF, .self = "person_id" },

	{ "IssueCredential", .run = issue_credential,
	  .callers = "superhub" },

	/* signing in */
	{ "RequestSignIn", { SQL(request_sign_in) }, .write = true,
	  .callers = BROWSERS },
	{ "ConfirmSignIn", { SQL(confirm_sign_in) }, .key = "token",
	  .check = confirm_sign_in_check, .write = true, .callers = BROWSERS },
	/* Not remembered, and so no .write: their replies hold secrets. */
	{ "RefreshCredential", .run = refresh_credential,
	  .check = session_check, .callers = BROWSERS },
	{ "EnrolSecondFactor", .run = enrol_second_factor,
	  .check = session_check, .callers = BROWSERS },
	{ "ConfirmSecondFactor", .run = confirm_second_factor,
	  .check = code_check, .callers = BROWSERS },
	{ "DisableSecondFactor", .run = disable_second_factor,
	  .check = code_check, .callers = BROWSERS },
	{ "ResetSecondFactor", { SQL(reset_second_factor) },
	  .key = "person_id", .write = true, .roles = SUPERHUB },
	{ "ListSessions", { SQL(list_sessions) }, .roles = TOKEN_OPERATOR,
	  .self = "person_id" },
	{ "EndSession", { SQL(end_session) }, .key = "person_id",
	  .write = true, .roles = TOKEN_OPERATOR, .self = "person_id" },

	/* Organisations and hubs. */
	{ "SearchOrganisations", { SQL(search_organisations) } },
	{ "MergeOrganisations",
	  { SQL(merge_organisations), SQL(get_organisation) },
	  .key = "organisation_id", .write = true, .roles = SUPERHUB },
	{ "ChangeHubStatus", { SQL(change_hub_status) }, .key = "hub_id",
	  .write = true, .roles = SUPERHUB },
	{ "ListStatusChanges", { SQL(list_status_changes) },
	  .roles = STAFF " superhub_viewer" },
	{ "HubPipeline", { SQL(hub_pipeline) },
	  .roles = SUPERHUB " superhub_viewer" },
	{ "EnquireHub", { SQL(enquire_hub) }, .key = "enquiry_id",
	  .write = true, .callers = BROWSERS },
	{ "ListHubEnquiries", { SQL(list_hub_enquiries) }, .roles = SUPERHUB },
	{ "DecideHubEnquiry", { SQL(decide_hub_enquiry) },
	  .key = "enquiry_id", .write = true, .roles = SUPERHUB },
	{ "ListReadinessItems", { SQL(list_readiness_items) } },
	{ "PutHubApplication", { SQL(put_hub_application) },
	  .key = "application_id", .write = true, .roles = "hub_admin" },
	{ "GetHubApplication", { SQL(get_hub_application) }, .roles = HUB },
	{ "ListHubApplications", { SQL(list_hub_applications) },
	  .roles = HUB },
	{ "SubmitHubApplication", { SQL(submit_hub_application) },
	  .key = "application_id", .write = true, .roles = "hub_admin" },
	{ "ReviewHubApplication", { SQL(review_hub_application) },
	  .key = "application_id", .write = true, .roles = SUPERHUB },
	{ "SendAgreement", { SQL(send_agreement) }, .key = "agreement_id",
	  .write = true, .roles = SUPERHUB },
	{ "SignAgreement", { SQL(sign_agreement) }, .key = "agreement_id",
	  .write = true, .roles = SUPERHUB },
	{ "EndAgreement", { SQL(end_agreement) }, .key = "agreement_id",
	  .write = true, .roles = SUPERHUB },
	{ "ListAgreements", { SQL(list_agreements) }, .roles = HUB },
	{ "PutTrainingEvent", { SQL(put_training_event) },
	  .key = "training_event_id", .write = true, .roles = SUPERHUB },
	{ "ListTrainingEvents", { SQL(list_training_events) } },
	{ "BookTraining", { SQL(book_training) }, .write = true,
	  .roles = HUB },
	{ "RecordTraining", { SQL(record_training) }, .key = "person_id",
	  .write = true, .roles = SUPERHUB },
	{ "ListTrainingPlaces", { SQL(list_training_places) }, .roles = HUB },
	{ 0 }
};

#define FOLLOWERS "scheduler notifier reporting"

static const struct feed feeds[] = {
	{ "organisation", &registry__organisation__descriptor,
	  SQL(feed_organisation), FOLLOWERS },
	{ "hub", &registry__hub__descriptor, SQL(feed_hub), FOLLOWERS },
	{ "network", &registry__network__descriptor, SQL(feed_network),
	  FOLLOWERS },
	{ "person", &registry__person__descriptor, SQL(feed_person),
	  FOLLOWERS },
	{ "membership", &registry__membership__descriptor,
	  SQL(feed_membership), FOLLOWERS },
	{ 0 }
};

static const struct follow follows[] = {
	{ "scheduler", "session", &scheduler__session__descriptor,
	  { SQL(follow_session) } },
	{ "scheduler", "attendance", &scheduler__attendance__descriptor,
	  { SQL(follow_attendance) } },
	{ 0 }
};

#define MESSAGE(name) &registry__##name##__descriptor

const struct binding statements[] = {
	[STATEMENT_CREDENTIAL] = { SQL(credential),
				   MESSAGE(issue_credential_request),
				   &rpc__credential__descriptor },
	[STATEMENT_AUDIT_UNSEALED] = { SQL(audit_unsealed), NULL,
				       MESSAGE(audit_page) },
	[STATEMENT_AUDIT_SEAL] = { SQL(audit_seal), MESSAGE(audit_seal) },
	[STATEMENT_LINK_TAKE] = { SQL(take_link_wishes), NULL,
				  MESSAGE(link_wishes) },
	[STATEMENT_LINK_PUT] = { SQL(put_link), MESSAGE(link) },
	[STATEMENT_LINK_DROP] = { SQL(drop_link_wish), MESSAGE(address) },
	[STATEMENT_NOTICES_TAKE] = { SQL(take_notices), NULL,
				     MESSAGE(notices) },
	[STATEMENT_NOTICES_NOTE] = { SQL(note_notices),
				     &notifier__notice__descriptor, NULL },
	[STATEMENT_SESSION] = { SQL(refresh_session), MESSAGE(session_secret),
				MESSAGE(session_state) },
	[STATEMENT_FACTOR_LOCK] = { SQL(factor_lock), MESSAGE(session_secret) },
	[STATEMENT_FACTOR_CHALLENGE] = { SQL(factor_challenge),
					 MESSAGE(session_secret),
					 MESSAGE(factor_challenge) },
	[STATEMENT_FACTOR_PENDING] = { SQL(factor_pending),
				       MESSAGE(pending_factor) },
	[STATEMENT_FACTOR_OUTCOME] = { SQL(factor_outcome),
				       MESSAGE(factor_outcome) },
	[STATEMENT_FACTOR_DROP] = { SQL(factor_drop),
				    MESSAGE(pending_factor) },
	{ 0 }
};

#define HOUR (3600 * CLOCK_SECOND)

static const struct timer timers[] = {
	{ "move_hubs", SQL(move_hubs), .every_us = 60 * CLOCK_SECOND },
	{ "give_seats", SQL(give_seats), .every_us = 1 * CLOCK_SECOND },
	{ "compare_people", SQL(compare_people),
	  .every_us = 1 * CLOCK_SECOND },
	{ "lapse_invitations", SQL(lapse_invitations),
	  .every_us = 60 * CLOCK_SECOND },
	{ "seal_audit", .run = seal_audit, .every_us = 1 * CLOCK_SECOND },
	{ "forget_images", SQL(forget_images),
	  .every_us = 600 * CLOCK_SECOND },
	{ "mail_links", .run = mail_links, .every_us = CLOCK_SECOND / 5 },
	{ "forget_sign_ins", SQL(forget_sign_ins),
	  .every_us = 60 * CLOCK_SECOND },
	{ "retain_requests", SQL(retain_requests), .every_us = HOUR },
	{ "retain_guests", SQL(retain_guests), .every_us = HOUR },
	{ "retain_papers", SQL(retain_papers), .every_us = HOUR },
	{ "ask_inactive", SQL(ask_inactive), .every_us = HOUR },
	{ "retain_inactive", SQL(retain_inactive), .every_us = HOUR },
	{ "retain_agreements", SQL(retain_agreements), .every_us = HOUR },
	{ "retain_audit", SQL(retain_audit), .every_us = HOUR },
	{ "mail_notices", .run = mail_notices, .every_us = 1 * CLOCK_SECOND },
	{ "forget_notices", SQL(forget_notices), .every_us = HOUR },
	{ 0 }
};

static bool start(struct service_run *run)
{
	return credential_start(run) && factor_start(run);
}

const struct service registry = {
	.name = "registry",
	.version = ECHO_VERSION,
	.descriptor = &registry__registry__descriptor,
	.methods = methods,
	.feeds = feeds,
	.follows = follows,
	.timers = timers,
	.settings = credential_settings,
	.statements = statements,
	.migrations = sql_migrations,
	.peers = "notifier",
	.start = start,
};

int main(int argc, char **argv)
{
	return service_main(&registry, argc, argv);
}
