/* One command, one call: the rows, and what they all do. */
#include <stdio.h>
#include <string.h>

#include "services/common/base/id.h"
#include "services/common/base/text.h"
#include "services/common/wire/json.h"
#include "tools/calls.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"
#include "tools/pages.h"
#include "tools/resolve.h"

#define FIRST_KEY 0x200 /* of the options made from fields */
#define LIMIT_KEY 0x1ff

/* What the parser fills. */
struct input {
	const struct remote *remote;
	struct client_method method;
	ProtobufCMessage *request;
	const char **given;    /* for each field of the request; NULL: not */
	const char *arguments; /* fields that still want their argument */
	struct output_style style;
	int64_t most;
};

static bool is_paging(const char *name)
{
	return strcmp(name, "limit") == 0 || strncmp(name, "after_", 6) == 0 ||
	       strncmp(name, "before_message", 14) == 0;
}

static bool is_option(const struct remote *remote, const field_type *field)
{
	if (field_is_message(field) || is_paging(field->name) ||
	    (remote->arguments != NULL &&
	     text_in_list(remote->arguments, field->name)))
		return false;
	return remote->fields == NULL ||
	       text_in_list(remote->fields, field->name);
}

/* "--start-local"; an id's option is called after the thing, and --version is
 * the program's. */
static const char *option_name(const char *field)
{
	size_t length = strlen(field);
	char *name;

	if (strcmp(field, "version") == 0)
		return "if-version";
	if (length > 3 && strcmp(field + length - 3, "_id") == 0)
		length -= 3;
	name = arena_copy(memory, field, length);
	for (char *c = name; *c != '\0'; c++)
		if (*c == '_')
			*c = '-';
	return name;
}

static const char *enum_words(const field_type *field)
{
	const ProtobufCEnumDescriptor *type = field->descriptor;
	struct text words = text_new(memory);

	for (unsigned i = 1; i < type->n_values; i++)
		text_printf(&words, "%s%s", i > 1 ? ", " : "",
			    type->values[i].name);
	return words.bytes;
}

static const char *form_of(const field_type *field)
{
	size_t length = strlen(field->name);
	const char *form = resolve_form(field->name);

	if (form != NULL)
		return form;
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return enum_words(field);
	if (field_is_timestamp(field))
		return "a moment: 2021-04-09T10:00:00Z";
	if (length > 3 && strcmp(field->name + length - 3, "_on") == 0)
		return "a day: 2021-04-09";
	if (length > 6 && strcmp(field->name + length - 6, "_local") == 0)
		return "local time: 2021-04-09T11:00";
	if (field->type == PROTOBUF_C_TYPE_BOOL)
		return "true or false";
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return "text";
	return "a number";
}

static const struct client_method *method_of(const struct remote *remote)
{
	struct client_method *method = arena_alloc(memory, sizeof(*method));

	return client_find(remote->service, remote->method, method) ? method
								    : NULL;
}

const struct argp_option *calls_options(const struct remote *remote)
{
	const struct client_method *method = method_of(remote);
	const message_type *type = method->input;
	struct argp_option *options =
		arena_array(memory, type->n_fields + 2, sizeof(*options));
	size_t count = 0;

	for (unsigned i = 0; i < type->n_fields; i++)
		if (is_option(remote, &type->fields[i]))
			options[count++] = (struct argp_option){
				.name = option_name(type->fields[i].name),
				.key = FIRST_KEY + (int)i,
				.arg = "VALUE",
				.doc = form_of(&type->fields[i]),
			};
	if (field_find(type, "limit") != NULL)
		options[count++] = (struct argp_option){
			.name = "limit", .key = LIMIT_KEY, .arg = "ROWS",
			.doc = "At most so many",
		};
	return options;
}

/* ---- the request from options and arguments ---- */

/* The next field that is given by position, NULL when there is none. */
static const field_type *next_argument(struct input *input)
{
	const char *rest = input->arguments;
	size_t length;
	const field_type *field;

	if (rest == NULL || *rest == '\0')
		return NULL;
	length = strcspn(rest, " ");
	field = field_find(input->method.input,
			   arena_copy(memory, rest, length));
	input->arguments = rest + length + strspn(rest + length, " ");
	return field;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;
	const field_type *field;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[1] = &input->style;
		return 0;
	}
	if (key >= FIRST_KEY &&
	    key < FIRST_KEY + (int)input->method.input->n_fields) {
		input->given[key - FIRST_KEY] = argument;
		return 0;
	}
	if (key == LIMIT_KEY) {
		if (!text_to_int64(argument, &input->most) || input->most < 1)
			argp_error(state, "--limit takes a number of rows");
		return 0;
	}
	if (key == ARGP_KEY_ARG) {
		field = next_argument(input);
		if (field == NULL)
			return ARGP_ERR_UNKNOWN;
		input->given[field - input->method.input->fields] = argument;
		return 0;
	}
	if (key == ARGP_KEY_END && (field = next_argument(input)) != NULL)
		argp_error(state, "which %s? (%s)", option_name(field->name),
			   form_of(field));
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

/* After all options are known: names are looked up as the one they say. */
static int fill_request(struct input *input)
{
	const message_type *type = input->method.input;
	struct error error;

	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_type *field = &type->fields[i];
		const char *value = input->given[i];

		if (value == NULL)
			continue;
		value = resolve(field->name, value);
		if (value == NULL)
			return EXIT_FAILED;
		if (field_set(memory, input->request, field, value, &error) ==
		    STATUS_OK)
			continue;
		complain("%s: %s (%s)", option_name(field->name),
			 error.message, form_of(field));
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

static void make_fresh(struct input *input)
{
	const field_type *field =
		field_find(input->method.input, input->remote->fresh);
	const char *given = field_get(memory, input->request, field);
	uint8_t id[ID_BYTES];
	char text[ID_TEXT];
	struct error error;

	if (given != NULL && given[0] != '\0')
		return;
	id_new(id);
	id_format(id, text);
	field_set(memory, input->request, field, text, &error);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct input input = { .remote = command->remote,
			       .arguments = command->remote->arguments,
			       .most = INT64_MAX };
	ProtobufCMessage *reply;
	int status;

	input.method = *method_of(command->remote);
	input.request = message_new(memory, input.method.input);
	input.given = arena_array(memory, input.method.input->n_fields,
				  sizeof(*input.given));
	command_parse(command, argc, argv, &input);
	status = fill_request(&input);
	if (status != EXIT_OK)
		return status;
	if (command->remote->fresh != NULL)
		make_fresh(&input);
	reply = pages_call(&input.method, input.request, (size_t)input.most);
	if (reply == NULL)
		return EXIT_FAILED;
	return output_message(stdout, reply, command->remote->columns,
			      &input.style)
		       ? EXIT_OK
		       : EXIT_USAGE;
}

/* ---- the rows; one line would not do, and a column each is no table ---- */
/* clang-format off */

#define CALL .parser = parse, .run = run, .calls = true, .prints = true

const struct command hubs_command = {
	.name = "hubs", .about = "List the hubs", CALL,
	.remote = &(const struct remote){
		"registry", "ListHubs",
		.columns = "name status lead_email trained_on launched_on" },
};
const struct command networks_command = {
	.name = "networks", .about = "List the networks", CALL,
	.remote = &(const struct remote){
		"registry", "ListNetworks",
		.columns = "slug title status join_policy capacity" },
};
const struct command people_command = {
	.name = "people", .about = "List the people of a network or hub", CALL,
	.remote = &(const struct remote){
		"registry", "ListPeople",
		.columns = "last_name first_name profession setting status "
			   "person_id" },
};
const struct command requests_command = {
	.name = "requests", CALL,
	.about = "List what people ask about their data, and complaints",
	.remote = &(const struct remote){
		"registry", "ListDataRequests",
		.columns = "kind status due_on overdue person_id contact "
			   "data_request_id" },
};
const struct command erase_command = {
	.name = "erase", .arguments = "PERSON", CALL,
	.about = "Erase a person from every service, for ever",
	.remote = &(const struct remote){
		"registry", "ErasePerson", .arguments = "person_id" },
};
const struct command retention_command = {
	.name = "retention", CALL,
	.about = "Show how long the registry keeps what, and what went",
	.remote = &(const struct remote){
		"registry", "ListRetention",
		.columns = "rule keep_months things last_on about" },
};
const struct command programmes_command = {
	.name = "programmes", .about = "List the programmes", CALL,
	.remote = &(const struct remote){
		"scheduler", "ListProgrammes",
		.columns = "title status programme_id" },
};
const struct command sessions_command = {
	.name = "sessions", .about = "List the sessions, by start", CALL,
	.remote = &(const struct remote){
		"scheduler", "ListSessions",
		.columns = "number title start_local zone minutes status "
			   "session_id" },
};
const struct command session_command = {
	.name = "session", .arguments = "SESSION", CALL,
	.about = "Show one session",
	.remote = &(const struct remote){
		"scheduler", "GetSession", .arguments = "session_id",
		.fields = "" },
};
const struct command plan_command = {
	.name = "plan", .about = "Plan a session, or change its plan", CALL,
	.remote = &(const struct remote){
		"scheduler", "PlanSession", .fresh = "session_id",
		.fields = "session_id programme_id number title topic "
			  "objectives start_local zone minutes minutes_reason "
			  "teaching_minutes join_url zoom_meeting status "
			  "cpd_minutes version" },
};
const struct command publish_command = {
	.name = "publish", .arguments = "SESSION", CALL,
	.about = "Publish a session: members are invited",
	.remote = &(const struct remote){
		"scheduler", "PublishSession", .arguments = "session_id" },
};
const struct command reschedule_command = {
	.name = "reschedule", .arguments = "SESSION", CALL,
	.about = "Move a session; its people are told",
	.remote = &(const struct remote){
		"scheduler", "RescheduleSession", .arguments = "session_id" },
};
const struct command cancel_command = {
	.name = "cancel", .arguments = "SESSION", CALL,
	.about = "Cancel a session; its people are told why",
	.remote = &(const struct remote){
		"scheduler", "CancelSession", .arguments = "session_id" },
};
const struct command advance_command = {
	.name = "advance", .arguments = "SESSION STATUS", CALL,
	.about = "Move a session on: ended, reconciled, closed ...",
	.remote = &(const struct remote){
		"scheduler", "AdvanceSession",
		.arguments = "session_id status" },
};
const struct command attendance_command = {
	.name = "attendance", .arguments = "SESSION", CALL,
	.about = "List who attended a session",
	.remote = &(const struct remote){
		"scheduler", "ListAttendance", .arguments = "session_id",
		.columns = "person_id role minutes counted member source" },
};
const struct command review_command = {
	.name = "review", CALL,
	.about = "List attendance that matched nobody and waits for a decision",
	.remote = &(const struct remote){
		"scheduler", "ListAttendanceReview",
		.columns = "number name email minutes why proposed_person_id "
			   "row_id" },
};
const struct command plans_command = {
	.name = "plans", .about = "List what goes out next, and when", CALL,
	.remote = &(const struct remote){
		"notifier", "ListPlans",
		.columns = "due_at rule session_title state reason recipients "
			   "left_out" },
};
const struct command messages_command = {
	.name = "messages", CALL,
	.about = "List who got what, when, and if not, why",
	.remote = &(const struct remote){
		"notifier", "ListMessages",
		.columns = "done_at rule person_name address state reason "
			   "session_title" },
};
const struct command figures_command = {
	.name = "figures", CALL,
	.about = "Show each hub's figures for a period",
	.remote = &(const struct remote){
		"reporting", "ListHubFigures",
		.columns = "name sessions attendances attendees hours "
			   "organisations mean_attendance networks" },
};
const struct command imports_command = {
	.name = "imports", .about = "List the imports, the newest first", CALL,
	.remote = &(const struct remote){
		"registry", "ListImports",
		.columns = "begun_at kind file_name status rows rejected kept "
			   "import_id" },
};
