/* ledger: the smallest service, for tests and benchmarks of the runtime. */
#include "ledger.pb-c.h"
#include "ledger_sql.h"
#include "services/common/run/service.h"

extern const struct service ledger;

static enum status check_put(struct call *call)
{
	const Ledger__PutEntryRequest *request =
		(const Ledger__PutEntryRequest *)call->request;

	if (!*request->account)
		return call_fail(call, STATUS_INVALID, "Name the account.",
				 "account");
	return STATUS_OK;
}

static const struct method methods[] = {
	{ .name = "PutEntry", .sql = { SQL(put_entry) }, .key = "entry_id",
	  .check = check_put, .write = true },
	{ .name = "GetEntry", .sql = { SQL(get_entry) } },
	{ .name = "ListEntries", .sql = { SQL(list_entries) },
	  .roles = "coordinator superhub_admin" },
	{ .name = "AddEntry", .sql = { SQL(add_entry) }, .write = true,
	  .callers = "superhub ledger" },
	{ 0 },
};

static const struct feed feeds[] = {
	{ .name = "entry", .message = &ledger__entry__descriptor,
	  .sql = SQL(feed_entry), .followers = "ledger superhub" },
	{ 0 },
};

static const struct follow follows[] = {
	{ .service = "ledger", .feed = "entry",
	  .message = &ledger__entry__descriptor,
	  .sql = { SQL(follow_entry) } },
	{ 0 },
};

const struct service ledger = {
	.name = "ledger",
	.version = ECHO_VERSION,
	.descriptor = &ledger__ledger__descriptor,
	.methods = methods,
	.feeds = feeds,
	.follows = follows,
	.migrations = sql_migrations,
};

int main(int argc, char **argv)
{
	return service_main(&ledger, argc, argv);
}
