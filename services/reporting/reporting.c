/* reporting: facts and roll-ups from the others' feeds; what it answers. */
#include "registry.pb-c.h"
#include "reporting.pb-c.h"
#include "scheduler.pb-c.h"

#include "reporting_sql.h"
#include "services/common/run/service.h"

#define READERS \
	"superhub_admin superhub_viewer hub_admin coordinator network_lead " \
	"facilitator"

static const struct method methods[] = {
	{ .name = "TopLine",
	  .sql = { SQL(top_line) },
	  .callers = "gateway superhub",
	  .roles = READERS,
	  .self = "scope_id" },
	{ .name = "HubMedians",
	  .sql = { SQL(hub_medians) },
	  .callers = "gateway superhub",
	  .roles = "superhub_admin superhub_viewer hub_admin" },
	{ .name = "PublishFigures",
	  .sql = { SQL(publish_figures) },
	  .key = "snapshot_id",
	  .write = true,
	  .callers = "gateway superhub",
	  .roles = "superhub_admin" },
	{ .name = "PublishedFigures",
	  .sql = { SQL(published_figures) },
	  .callers = "gateway superhub" },
	{ .name = "Definitions",
	  .sql = { SQL(definitions) },
	  .callers = "gateway superhub" },
	{ .name = "ListHubFigures",
	  .sql = { SQL(list_hub_figures) },
	  .callers = "gateway superhub",
	  .roles = READERS },
	{ .name = "VerifyRollups",
	  .sql = { SQL(verify_rollups) },
	  .callers = "gateway superhub",
	  .roles = TOKEN_OPERATOR },
	{ .name = "HeldData",
	  .sql = { SQL(held_data) },
	  .roles = "hub_admin",
	  .self = "person_id" },
	{ .name = NULL },
};

/* What cannot touch a fact needs no lock and no roll-up. */
static const struct follow follows[] = {
	{ "registry", "organisation", &registry__organisation__descriptor,
	  { SQL(follow_organisation) } },
	{ "registry", "hub", &registry__hub__descriptor,
	  { SQL(follow_hub) } },
	{ "registry", "network", &registry__network__descriptor,
	  { SQL(lock), SQL(follow_network), SQL(roll_up) } },
	{ "registry", "person", &registry__person__descriptor,
	  { SQL(lock), SQL(follow_person), SQL(roll_up) } },
	{ "registry", "membership", &registry__membership__descriptor,
	  { SQL(follow_membership) } },
	{ "scheduler", "programme", &scheduler__programme__descriptor,
	  { SQL(follow_programme) } },
	{ "scheduler", "session", &scheduler__session__descriptor,
	  { SQL(lock), SQL(follow_session), SQL(roll_up) } },
	{ "scheduler", "attendance", &scheduler__attendance__descriptor,
	  { SQL(lock), SQL(follow_attendance), SQL(roll_up) } },
	{ .service = NULL },
};

const struct service reporting = {
	.name = "reporting",
	.version = ECHO_VERSION,
	.descriptor = &reporting__reporting__descriptor,
	.methods = methods,
	.follows = follows,
	.migrations = sql_migrations,
};

int main(int argc, char **argv)
{
	return service_main(&reporting, argc, argv);
}
