/* superhub import: its options; and Zoom's exports, which the scheduler reads
 * itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "scheduler.pb-c.h"
#include "services/common/base/text.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/import.h"
#include "tools/output.h"
#include "tools/resolve.h"

#define ZOOM_BYTES_MAX (4 * 1000 * 1000) /* an envelope holds 4 MiB */

static bool read_export(const char *path, ProtobufCBinaryData *content)
{
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		complain("cannot read %s: %s", path, strerror(errno));
		return false;
	}
	content->data = arena_alloc(memory, ZOOM_BYTES_MAX + 1);
	content->len = fread(content->data, 1, ZOOM_BYTES_MAX + 1, file);
	fclose(file);
	if (content->len <= ZOOM_BYTES_MAX)
		return true;
	complain("%s is larger than 4 MB: it cannot be the participants of "
		 "one session.", path);
	return false;
}

int import_zoom(const struct import_options *options)
{
	Scheduler__ImportZoomAttendanceRequest *request;
	struct client_method method;
	ProtobufCMessage *message, *reply = NULL;
	const char *session;
	Scheduler__ImportZoomAttendanceReply *outcome;

	if (options->session == NULL) {
		complain("of which session? Give --session ID or "
			 "--session SLUG/PROGRAMME/NUMBER.");
		return EXIT_USAGE;
	}
	if (!client_find("scheduler", "ImportZoomAttendance", &method))
		return EXIT_FAILED;
	message = message_new(memory, method.input);
	request = (Scheduler__ImportZoomAttendanceRequest *)message;
	if (!read_export(options->file, &request->content))
		return EXIT_FAILED;
	session = resolve("session_id", options->session);
	if (session == NULL)
		return EXIT_FAILED;
	request->session_id = arena_strdup(memory, session);
	request->file_name = arena_strdup(memory, basename(options->file));
	request->reason = arena_strdup(memory, options->reason);
	if (client_call(&method, message, &reply) != STATUS_OK)
		return EXIT_FAILED;
	outcome = (Scheduler__ImportZoomAttendanceReply *)reply;
	printf("%s: %d rows, %d matched, %d ignored, %d known, %d to review; "
	       "%d attendees, %d counted\n", options->file, outcome->rows,
	       outcome->matched, outcome->ignored, outcome->known,
	       outcome->unmatched, outcome->attendees, outcome->counted);
	if (outcome->unmatched > 0)
		printf("superhub review --session %s shows what waits for a "
		       "decision.\n", session);
	return EXIT_OK;
}

/* Where an option's text goes, NULL for other keys. */
static const char **place(struct import_options *options, int key)
{
	return key == 'a'   ? &options->kind
	       : key == 'e' ? &options->errors
	       : key == 's' ? &options->session
	       : key == 'r' ? &options->reason
			    : NULL;
}

/* KIND FILE, or FILE alone: it comes last. */
static error_t parse_argument(struct import_options *options, char *argument)
{
	if (options->file != NULL && options->kind != NULL)
		return ARGP_ERR_UNKNOWN;
	if (options->file != NULL)
		options->kind = options->file;
	options->file = argument;
	return 0;
}

/* A=B; there may be such a sign in a question, none in a field. */
static void parse_pair(struct import_set pairs[], size_t *count, char *argument,
		       char *equals, const char *usage,
		       struct argp_state *state)
{
	if (equals == NULL || equals == argument || *count == IMPORT_SETS_MAX)
		argp_error(state, usage, IMPORT_SETS_MAX);
	*equals = '\0';
	pairs[(*count)++] = (struct import_set){ argument, equals + 1 };
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct import_options *options = state->input;
	int64_t number;

	if (place(options, key) != NULL) {
		*place(options, key) = argument;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		return parse_argument(options, argument);
	if (key == 'n')
		options->dry_run = true;
	else if (key == 'S')
		parse_pair(options->sets, &options->set_count, argument,
			   strchr(argument, '='),
			   "--set takes FIELD=VALUE, "
			   "at most %d times",
			   state);
	else if (key == 'm')
		parse_pair(options->maps, &options->map_count, argument,
			   strrchr(argument, '='),
			   "--map takes COLUMN=FIELD, "
			   "at most %d times",
			   state);
	else if (key == 'b') {
		if (!text_to_int64(argument, &number) || number < 1 ||
		    number > 1000)
			argp_error(state, "--batch takes 1 to 1000 rows");
		options->batch = (size_t)number;
	} else if (key == ARGP_KEY_END && options->file == NULL)
		argp_error(state, "which file?");
	else if (key != ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static const struct argp_option options_table[] = {
	{ "dry-run", 'n', NULL, 0, "Check and tell, but change nothing" },
	{ "batch", 'b', "ROWS", 0, "Rows sent together (500)" },
	{ "as", 'a', "KIND", 0,
	  "What the file is, if its header does not say" },
	{ "set", 'S', "FIELD=VALUE", 0,
	  "For every row that says nothing of it; may be repeated" },
	{ "map", 'm', "COLUMN=FIELD", 0,
	  "A column that is not known, or is something else; may be repeated" },
	{ "errors", 'e', "FILE", 0,
	  "Write rejected rows there, with error_field and error" },
	{ "session", 's', "SESSION", 0,
	  "Of a Zoom export: id or SLUG/PROGRAMME/NUMBER" },
	{ "reason", 'r', "TEXT", 0,
	  "Of a Zoom export: why, once the session is reconciled" },
	{ 0 },
};

static int run(const struct command *command, int argc, char **argv)
{
	struct import_options options = { .batch = 500, .reason = "" };

	command_parse(command, argc, argv, &options);
	if (options.kind == NULL ? options.session != NULL
				 : strcmp(options.kind, "zoom") == 0)
		return import_zoom(&options);
	return import_file(&options);
}

const struct command import_command = {
	.name = "import",
	.arguments = "[KIND] FILE",
	.about = "Import a file",
	.details =
		"FILE is CSV in UTF-8 with a header, which says what KIND "
		"it is: our hubs, networks, members, sessions and "
		"attendance, or an export of another program: iecho, "
		"eventbrite, mailchimp (also mailchimp-unsubscribed and "
		"-cleaned, which become suppressions), zoom-registration, "
		"surveymonkey (all individual responses to a form by "
		"which people sign up). "
		"Those with members need --set network=SLUG; with "
		"--as-person a hub's staff import into their own networks. "
		"zoom is a list of "
		"participants and needs --session.\n\n"
		"Columns that are not known are named and left out; "
		"--map \"Where do you work now?=organisation\" takes one, "
		"--map \"Role=\" leaves one out. COLUMN of a form is a "
		"question, or QUESTION: ANSWER where it has several columns. "
		"FIELD is a column of members.csv, or one that such files "
		"have (Name: a full name).\n\n"
		"It is checked as a "
		"whole before anything is sent. A row with an error is told "
		"as FILE:row N: COLUMN: TEXT (rows count after the header) "
		"and changes nothing; the others are taken. Importing a "
		"file again changes nothing.",
	.words = "hubs networks members sessions attendance zoom iecho "
		 "eventbrite mailchimp mailchimp-unsubscribed "
		 "mailchimp-cleaned zoom-registration surveymonkey",
	.calls = true,
	.options = options_table,
	.parser = parse,
	.run = run,
};
