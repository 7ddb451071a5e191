/* superhub: the client of the operations staff. Which commands there are, and
 * main. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/base/text.h"
#include "tools/client.h"
#include "tools/command.h"

const char *argp_program_version = "superhub " ECHO_VERSION;

/* clang-format off */
const struct command *const commands[] = {
	/* the set-up */
	&keys_command, &status_command, &clock_command, &audit_command,
	/* who is there */
	&hubs_command, &networks_command, &people_command,
	/* what people may ask */
	&person_data_command, &requests_command, &erase_command,
	&retention_command,
	/* what happens */
	&programmes_command, &sessions_command, &session_command,
	&plan_command, &publish_command, &reschedule_command, &cancel_command,
	&advance_command, &attendance_command, &review_command,
	/* what is sent */
	&plans_command, &messages_command, &outbox_command,
	/* what comes out */
	&report_command, &figures_command,
	/* everything else */
	&import_command, &imports_command, &undo_command, &export_command,
	&call_command, &completion_command,
	NULL,
};
/* clang-format on */

/* What superhub got before it knew the command. */
struct line {
	const struct command *command;
	int argc;
	char **argv;
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* The list of commands, for the end of the help. */
static char *filter_help(int key, const char *text, void *input)
{
	struct text list;
	char *settings = NULL;
	size_t length;
	FILE *out;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	list = text_new(memory);
	text_add(&list, "Commands:\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		text_printf(&list, "  %-12s %s\n", commands[i]->name,
			    commands[i]->about);
	text_add(&list,
		 "\nsuperhub COMMAND --help says more about one. It exits "
		 "with 0 when all went well, 1 when something did not, and 2 "
		 "when it was asked in a wrong way.\n\n"
		 "Settings, from the environment:\n");
	out = open_memstream(&settings, &length);
	client_print_settings(out);
	fclose(out);
	text_add(&list, settings);
	free(settings);
	/* argp frees what is not the text it gave */
	return strdup(list.bytes);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct line *line = state->input;

	if (key == ARGP_KEY_NO_ARGS)
		argp_error(state, "which command?");
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	line->command = find_command(argument);
	if (line->command == NULL)
		argp_error(state, "there is no command %s", argument);
	line->argc = state->argc - state->next + 1;
	line->argv = state->argv + state->next - 1;
	state->next = state->argc; /* the rest is the command's */
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "COMMAND [ARGUMENT...]",
		.doc = "Work with the services of an ECHO superhub.\v",
		.help_filter = filter_help,
	};
	struct line line = { 0 };
	int code;

	setlocale(LC_CTYPE, "C.UTF-8"); /* widths of characters */
	argp_err_exit_status = EXIT_USAGE;
	memory = arena_new(1 << 20);
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &line);
	code = line.command->run(line.command, line.argc, line.argv);
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain("not everything could be written out: %s",
				strerror(errno));
	return code;
}
