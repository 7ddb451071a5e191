/* Connections, keys and credentials of the operations client. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "notifier.pb-c.h"
#include "registry.pb-c.h"
#include "reporting.pb-c.h"
#include "scheduler.pb-c.h"
#include "services/common/base/clock.h"
#include "services/common/base/env.h"
#include "services/common/base/log.h"
#include "services/common/base/text.h"
#include "tools/client.h"
#include "tools/command.h"

const struct client_service client_services[] = {
	{ "registry", &registry__registry__descriptor },
	{ "scheduler", &scheduler__scheduler__descriptor },
	{ "notifier", &notifier__notifier__descriptor },
	{ "reporting", &reporting__reporting__descriptor },
	{ NULL, NULL },
};
enum { SERVICES = 4 };

static const struct client_method builtins[] = {
	{ NULL, "Health", &rpc__health_request__descriptor,
	  &rpc__health_reply__descriptor, true },
	{ NULL, "Stats", &rpc__stats_request__descriptor,
	  &rpc__stats_reply__descriptor, true },
	{ NULL, "Changes", &rpc__changes_request__descriptor,
	  &rpc__changes_reply__descriptor, true },
};

/* ---- settings ---- */

static struct {
	const char *keys, *peers, *credential_keys, *state, *clock_file;
	const char *urls[SERVICES];
} settings;

#define LOCAL(port) "tcp://127.0.0.1:" port
static const struct setting table[] = {
	{ .name = "ECHO_STATE", .value = &settings.state, .fallback = "",
	  .about = "the local set-up's folder, where the next four are looked "
		   "for" },
	{ .name = "ECHO_KEYS", .value = &settings.keys, .fallback = "",
	  .secret = true, .about = "our secret keys" },
	{ .name = "ECHO_PEERS", .value = &settings.peers, .fallback = "",
	  .about = "everybody's public keys" },
	{ .name = "ECHO_CREDENTIAL_KEYS", .value = &settings.credential_keys,
	  .fallback = "", .about = "what checks the registry's "
	  "signatures, retired keys too" },
	{ .name = "ECHO_CLOCK_FILE", .value = &settings.clock_file,
	  .fallback = "", .about = "the file that holds the domain's time" },
	{ .name = "ECHO_REGISTRY_URL", .value = &settings.urls[0],
	  .fallback = LOCAL("7101"), .about = "where the registry answers" },
	{ .name = "ECHO_SCHEDULER_URL", .value = &settings.urls[1],
	  .fallback = LOCAL("7102"), .about = "where the scheduler answers" },
	{ .name = "ECHO_NOTIFIER_URL", .value = &settings.urls[2],
	  .fallback = LOCAL("7103"), .about = "where the notifier answers" },
	{ .name = "ECHO_REPORTING_URL", .value = &settings.urls[3],
	  .fallback = LOCAL("7104"), .about = "where reporting answers" },
	{ .name = NULL },
};
static const struct setting *const tables[] = { table };

void client_print_settings(FILE *out)
{
	env_help(tables, 1, out);
}

static const char *state_folder(void)
{
	const char *home = getenv("HOME");

	if (settings.state[0] != '\0')
		return settings.state;
	if (geteuid() == 0)
		return "/var/lib/echo-superhub";
	if (getenv("XDG_STATE_HOME") != NULL)
		return arena_printf(memory, "%s/echo-superhub",
				    getenv("XDG_STATE_HOME"));
	return arena_printf(memory, "%s/.local/state/echo-superhub",
			    home != NULL ? home : "");
}

/* The text of a file of the local set-up, "" when there is none. */
static const char *local_file(const char *name)
{
	FILE *file = fopen(arena_printf(memory, "%s/%s", state_folder(), name),
			   "re");
	struct text text = text_new(memory);
	char piece[4096];
	size_t length;

	if (file == NULL)
		return "";
	while ((length = fread(piece, 1, sizeof(piece), file)) > 0)
		text_add_bytes(&text, piece, length);
	fclose(file);
	return text.bytes;
}

static void load_settings(void)
{
	static bool loaded;

	if (loaded)
		return;
	loaded = true;
	if (env_load(tables, 1, stderr) != 0) {
		complain("correct the settings above; superhub --help lists "
			 "them all.");
		exit(EXIT_USAGE);
	}
	if (settings.keys[0] == '\0')
		settings.keys = local_file("keys/superhub.keys");
	if (settings.peers[0] == '\0')
		settings.peers = local_file("keys/peers");
	if (settings.credential_keys[0] == '\0')
		settings.credential_keys = arena_printf(
			memory, "%s%s", local_file("keys/credential.keys"),
			local_file("keys/retired.keys"));
	log_open("superhub", "error");
}

const char *client_credential_keys(void)
{
	load_settings();
	return settings.credential_keys;
}

const char *client_clock_file(void)
{
	const char *local;

	load_settings();
	if (settings.clock_file[0] != '\0')
		return settings.clock_file;
	local = state_folder();
	return access(local, F_OK) == 0
		       ? arena_printf(memory, "%s/clock", local)
		       : "";
}

/* ---- connections ---- */

static struct seal_ring *key_ring(void)
{
	static struct seal_ring *ring;
	const char *problem = "";

	if (ring != NULL)
		return ring;
	load_settings();
	if (settings.keys[0] == '\0' || settings.peers[0] == '\0') {
		complain("there are no keys: set ECHO_KEYS_FILE and "
			 "ECHO_PEERS_FILE, or ECHO_STATE to the folder of a "
			 "local set-up (now %s). superhub keys makes new ones.",
			 state_folder());
		exit(EXIT_FAILED);
	}
	ring = seal_ring_new("superhub", settings.keys, settings.peers,
			     &problem);
	if (ring == NULL) {
		complain("the keys cannot be read: %s", problem);
		exit(EXIT_FAILED);
	}
	return ring;
}

struct rpc_peer *client_peer(const char *service)
{
	static struct rpc_peer *peers[SERVICES];
	size_t i = 0;

	while (strcmp(client_services[i].name, service) != 0)
		i++;
	if (peers[i] == NULL) {
		struct seal_ring *ring = key_ring();

		peers[i] = rpc_peer_new(ring, service, settings.urls[i]);
	}
	return peers[i];
}

bool client_find(const char *service, const char *name,
		 struct client_method *method)
{
	const ProtobufCServiceDescriptor *descriptor;
	const ProtobufCMethodDescriptor *found;
	size_t i = 0;

	while (client_services[i].name != NULL &&
	       strcmp(client_services[i].name, service) != 0)
		i++;
	descriptor = client_services[i].descriptor;
	if (descriptor == NULL) {
		complain("there is no service %s; there are registry, "
			 "scheduler, notifier and reporting.", service);
		return false;
	}
	for (size_t j = 0; j < sizeof(builtins) / sizeof(builtins[0]); j++)
		if (strcmp(builtins[j].name, name) == 0) {
			*method = builtins[j];
			method->service = client_services[i].name;
			return true;
		}
	found = protobuf_c_service_descriptor_get_method_by_name(descriptor,
								 name);
	if (found == NULL) {
		complain("%s has no method %s; superhub call %s lists them.",
			 service, name, service);
		return false;
	}
	*method = (struct client_method){ client_services[i].name, found->name,
					  found->input, found->output, false };
	return true;
}

/* ---- who calls ---- */

static const char *as_person = "";
static int64_t timeout_us = 60 * CLOCK_SECOND;
#define BUILTIN_TIMEOUT_US (3 * CLOCK_SECOND)

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	int64_t seconds;

	if (key == 'P') {
		as_person = argument;
		return 0;
	}
	if (key != 'T')
		return ARGP_ERR_UNKNOWN;
	if (!text_to_int64(argument, &seconds) || seconds < 1 ||
	    seconds > 86400)
		argp_error(state, "--timeout takes seconds, 1 to 86400");
	timeout_us = seconds * CLOCK_SECOND;
	return 0;
}

static const struct argp_option options[] = {
	{ "as-person", 'P', "ID", 0,
	  "Act with the rights of this person; otherwise the operator's", 10 },
	{ "timeout", 'T', "SECONDS", 0, "Give up after so long (60)", 10 },
	{ 0 },
};
const struct argp client_argp = { .options = options, .parser = parse_option };

static bool new_credential(struct rpc_options *with, int64_t *expires_at_us)
{
	Registry__IssueCredentialRequest request =
		REGISTRY__ISSUE_CREDENTIAL_REQUEST__INIT;
	Registry__IssueCredentialReply *issued;
	ProtobufCMessage *reply = NULL;
	struct client_method method;
	struct error error = { STATUS_OK };
	const struct rpc_options plain = { .timeout_us = timeout_us };

	if (!client_find("registry", "IssueCredential", &method))
		return false;
	request.person_id = (char *)(uintptr_t)as_person;
	if (rpc_call(client_peer("registry"), method.name, &request.base,
		     method.output, memory, &plain, &reply, &error) !=
	    STATUS_OK) {
		client_complain(&method, &error);
		return false;
	}
	issued = (Registry__IssueCredentialReply *)reply;
	with->credential = issued->credential.data;
	with->credential_length = issued->credential.len;
	*expires_at_us = issued->expires_at_us;
	return true;
}

/* Who at the machine acts as the operator, for the audit trail. */
static const char *whose_machine(void)
{
	static char origin[65]; /* a name that is longer is cut */
	const struct passwd *user = getpwuid(getuid());
	char machine[40] = "";

	gethostname(machine, sizeof(machine) - 1);
	snprintf(origin, sizeof(origin), "%.24s@%s",
		 user != NULL ? user->pw_name : "", machine);
	return origin;
}

const struct rpc_options *client_options(const struct client_method *method)
{
	static struct rpc_options plain, with;
	static int64_t expires_at_us;

	plain = (struct rpc_options){ .timeout_us = timeout_us,
				      .try_timeout_us = timeout_us / 2 };
	if (method->builtin) { /* answered at once, or something is wrong */
		plain.timeout_us = BUILTIN_TIMEOUT_US;
		plain.try_timeout_us = BUILTIN_TIMEOUT_US / 2;
		return &plain;
	}
	plain.origin = with.origin = whose_machine();
	with.timeout_us = plain.timeout_us;
	with.try_timeout_us = plain.try_timeout_us;
	if (clock_wall() + CLOCK_SECOND * 60 > expires_at_us &&
	    !new_credential(&with, &expires_at_us))
		return NULL;
	return &with;
}

/* ---- calls ---- */

/* What helps, for the failures that are not about the request. */
static const char *advice(enum status status)
{
	static const struct {
		enum status status;
		const char *text;
	} rows[] = {
		{ STATUS_UNAVAILABLE,
		  " Is the service running? superhub status shows it." },
		{ STATUS_DEADLINE,
		  " superhub status shows how the service fares; --timeout "
		  "gives it longer." },
		{ STATUS_UNCERTAIN,
		  " Perhaps it was done: look before you repeat it." },
		{ STATUS_UNAUTHENTICATED,
		  " Do our keys match the service's? superhub keys --help" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "";
}

void client_complain(const struct client_method *method,
		     const struct error *error)
{
	bool field = error->field != NULL && error->field[0] != '\0';

	if (error->message == NULL)
		return;
	complain("%s.%s: %s%s%s (%s)%s", method->service, method->name,
		 field ? error->field : "", field ? ": " : "", error->message,
		 status_name(error->status), advice(error->status));
}

enum status client_call_quietly(const struct client_method *method,
				const ProtobufCMessage *request,
				struct arena *arena, ProtobufCMessage **reply,
				struct error *error)
{
	const struct rpc_options *with = client_options(method);

	if (with == NULL) {
		*error = (struct error){ STATUS_UNAUTHENTICATED };
		return error->status;
	}
	return rpc_call(client_peer(method->service), method->name, request,
			method->output, arena, with, reply, error);
}

enum status client_call_into(const struct client_method *method,
			     const ProtobufCMessage *request,
			     struct arena *arena, ProtobufCMessage **reply)
{
	struct error error = { STATUS_OK, "", "" };
	enum status status =
		client_call_quietly(method, request, arena, reply, &error);

	if (status != STATUS_OK)
		client_complain(method, &error);
	return status;
}

enum status client_call(const struct client_method *method,
			const ProtobufCMessage *request,
			ProtobufCMessage **reply)
{
	return client_call_into(method, request, memory, reply);
}
