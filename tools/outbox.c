/* superhub outbox: how the mail queue fares. */
#include <stdio.h>
#include <time.h>

#include "notifier.pb-c.h"
#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"

struct input {
	int64_t wait_s;
	bool quiet;
	struct output_style style;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[1] = &input->style;
		return 0;
	}
	if (key == 'q') {
		input->quiet = true;
		return 0;
	}
	if (key != 'w')
		return ARGP_ERR_UNKNOWN;
	if (!text_to_int64(argument, &input->wait_s) || input->wait_s < 1)
		argp_error(state, "--wait takes seconds");
	return 0;
}

static bool is_empty(const Notifier__OutboxReply *outbox)
{
	return outbox->ready + outbox->retry + outbox->leased +
		       outbox->dot_pending + outbox->plans_due == 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct timespec pause = { .tv_nsec = 20000000 };
	struct input input = { 0 };
	struct client_method method;
	ProtobufCMessage *reply = NULL;
	int64_t until_us;
	bool empty;

	command_parse(command, argc, argv, &input);
	if (!client_find("notifier", "Outbox", &method))
		return EXIT_FAILED;
	until_us = clock_monotonic() + input.wait_s * CLOCK_SECOND;
	for (;;) {
		if (client_call(&method, message_new(memory, method.input),
				&reply) != STATUS_OK)
			return EXIT_FAILED;
		empty = is_empty((const Notifier__OutboxReply *)reply);
		if (empty || clock_monotonic() >= until_us)
			break;
		nanosleep(&pause, NULL);
	}
	if (!input.quiet && !output_message(stdout, reply, NULL, &input.style))
		return EXIT_USAGE;
	if (input.wait_s == 0 || empty)
		return EXIT_OK;
	return complain("there is still mail under way; superhub outbox shows "
			"what it waits for.");
}

static const struct argp_option options[] = {
	{ "wait", 'w', "SECONDS", 0,
	  "Wait until no mail is due and none is under way" },
	{ "quiet", 'q', NULL, 0, "Only the exit code" },
	{ 0 },
};

const struct command outbox_command = {
	.name = "outbox",
	.about = "Show how the mail queue fares",
	.calls = true,
	.prints = true,
	.options = options,
	.parser = parse,
	.run = run,
};
