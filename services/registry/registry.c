/*
 * registry: organisations, hubs, networks, people, memberships and roles. The
 * tables; credential.c holds the one thing that SQL must not do.
 */
#include "registry.pb-c.h"
#include "registry_sql.h"
#include "services/registry/audit.h"
#include "services/registry/credential.h"
#include "services/registry/statements.h"

/* Who may, besides the operator; which rows they see and change is row-level
 * security (migrations). */
#define SUPERHUB "superhub_admin"
#define HUB SUPERHUB " hub_admin"
#define STAFF HUB " coordinator"
#define OWN "hub_admin coordinator"
#define DECIDERS OWN " facilitator network_lead"
#define PROPOSERS SUPERHUB " " DECIDERS

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
	{ "GetPerson", { SQL(get_person) }, .roles = STAFF,
	  .self = "person_id" },
	{ "ListPeople", { SQL(list_people) }, .roles = STAFF },
	{ "FindPeopleByEmail", { SQL(find_people_by_email) },
	  .callers = "gateway superhub" },

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
	  .roles = TOKEN_OPERATOR },

	{ "BeginImport", { SQL(begin_import) }, .key = "import_id",
	  .write = true, .roles = SUPERHUB },
	{ "FinishImport", { SQL(finish_import) }, .key = "import_id",
	  .write = true, .roles = SUPERHUB },
	{ "UndoImport", { SQL(undo_import) }, .key = "import_id",
	  .write = true, .roles = SUPERHUB },
	{ "ListImports", { SQL(list_imports) }, .roles = SUPERHUB },
	{ "ListImportKept", { SQL(list_import_kept) }, .roles = SUPERHUB },
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
	{ "IssueCredential", .run = issue_credential,
	  .callers = "gateway superhub" },
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

const struct binding statements[] = {
	[STATEMENT_CREDENTIAL] = { SQL(credential),
				   &registry__issue_credential_request__descriptor,
				   &rpc__credential__descriptor },
	[STATEMENT_AUDIT_UNSEALED] = { SQL(audit_unsealed), NULL,
				       &registry__audit_page__descriptor },
	[STATEMENT_AUDIT_SEAL] = { SQL(audit_seal),
				   &registry__audit_seal__descriptor, NULL },
	{ 0 }
};

static const struct timer timers[] = {
	{ "give_seats", SQL(give_seats), .every_us = 1 * CLOCK_SECOND },
	{ "lapse_invitations", SQL(lapse_invitations),
	  .every_us = 60 * CLOCK_SECOND },
	{ "seal_audit", .run = seal_audit, .every_us = 1 * CLOCK_SECOND },
	{ "forget_images", SQL(forget_images),
	  .every_us = 600 * CLOCK_SECOND },
	{ 0 }
};

const struct service registry = {
	.name = "registry",
	.version = ECHO_VERSION,
	.descriptor = &registry__registry__descriptor,
	.methods = methods,
	.feeds = feeds,
	.timers = timers,
	.settings = credential_settings,
	.statements = statements,
	.migrations = sql_migrations,
	.start = credential_start,
	.stop = credential_stop,
};

int main(int argc, char **argv)
{
	return service_main(&registry, argc, argv);
}
