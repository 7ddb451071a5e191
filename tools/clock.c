/* superhub clock: the domain's time, where it is read from a file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/common/base/clock.h"
#include "tools/client.h"
#include "tools/command.h"

struct input {
	const char *action, *time;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;
	bool set;

	if (key == ARGP_KEY_ARG && input->action == NULL) {
		input->action = argument;
		return 0;
	}
	if (key == ARGP_KEY_ARG && input->time == NULL) {
		input->time = argument;
		return 0;
	}
	if (key != ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	if (input->action == NULL)
		argp_error(state, "show, set or run?");
	set = strcmp(input->action, "set") == 0;
	if (!set && strcmp(input->action, "show") != 0 &&
	    strcmp(input->action, "run") != 0)
		argp_error(state, "there is no clock %s; there are show, set "
				  "and run", input->action);
	if (set != (input->time != NULL))
		argp_error(state, set ? "to what time?" : "what is %s for?",
			   input->time);
	return 0;
}

/* Whole or not at all: a service may read it at any moment. */
static int write_clock(const char *path, const char *time)
{
	const char *new_path = arena_printf(memory, "%s.new", path);
	FILE *file = fopen(new_path, "we");
	bool good = file != NULL && fprintf(file, "%s\n", time) > 0;

	if (file != NULL && fclose(file) != 0)
		good = false;
	if (!good || rename(new_path, path) != 0)
		return complain("cannot write %s: %s", path, strerror(errno));
	return EXIT_OK;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct input input = { NULL, NULL };
	char text[CLOCK_TEXT_MAX];
	const char *path;
	int64_t at_us;

	command_parse(command, argc, argv, &input);
	path = client_clock_file();
	if (path[0] == '\0')
		return complain("ECHO_CLOCK_FILE is not set: the services "
				"follow the wall clock.");
	if (strcmp(input.action, "run") == 0)
		return unlink(path) == 0 || errno == ENOENT
			       ? EXIT_OK
			       : complain("cannot remove %s: %s", path,
					  strerror(errno));
	if (strcmp(input.action, "show") == 0) {
		clock_follow_file(path);
		clock_format(clock_now(), text);
		puts(text);
		return EXIT_OK;
	}
	if (!clock_parse(input.time, &at_us)) {
		complain("%s is not a time like 2021-04-09T10:00:00Z.",
			 input.time);
		return EXIT_USAGE;
	}
	clock_format(at_us, text);
	return write_clock(path, text);
}

const struct command clock_command = {
	.name = "clock",
	.arguments = "show|set TIME|run",
	.about = "Show or set the domain's time",
	.details = "The services read the time from ECHO_CLOCK_FILE when they "
		   "are told of one; so a demonstration can walk through a "
		   "year. run removes the file: the wall clock counts again.",
	.words = "show set run",
	.parser = parse,
	.run = run,
};
