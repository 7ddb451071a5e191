/* superhub call: any method of any service. */
#include <stdio.h>
#include <string.h>

#include "services/common/base/text.h"
#include "services/common/wire/json.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"

struct input {
	const char *method, *json;
	struct output_style style;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[1] = &input->style;
		return 0;
	}
	if (key == ARGP_KEY_END && input->method == NULL)
		argp_error(state, "which SERVICE.METHOD?");
	if (key != ARGP_KEY_ARG)
		return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
	if (input->method == NULL)
		input->method = argument;
	else if (input->json == NULL)
		input->json = argument;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static const char *read_all(FILE *file)
{
	struct text text = text_new(memory);
	char piece[65536];
	size_t length;

	while ((length = fread(piece, 1, sizeof(piece), file)) > 0)
		text_add_bytes(&text, piece, length);
	return text.bytes;
}

/* Without a method: which ones there are. */
static int list_methods(const char *service)
{
	for (size_t i = 0; client_services[i].name != NULL; i++) {
		const ProtobufCServiceDescriptor *type =
			client_services[i].descriptor;

		if (strcmp(client_services[i].name, service) != 0)
			continue;
		for (unsigned j = 0; j < type->n_methods; j++)
			printf("%s.%s %s -> %s\n", service,
			       type->methods[j].name,
			       type->methods[j].input->short_name,
			       type->methods[j].output->short_name);
		return EXIT_OK;
	}
	return complain("there is no service %s; there are registry, "
			"scheduler, notifier and reporting.", service);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct input input = { .style = { OUTPUT_JSON, NULL } };
	struct client_method method;
	ProtobufCMessage *request, *reply = NULL;
	struct error error;
	const char *dot;

	command_parse(command, argc, argv, &input);
	dot = strchr(input.method, '.');
	if (dot == NULL)
		return list_methods(input.method);
	if (!client_find(arena_copy(memory, input.method,
				    (size_t)(dot - input.method)),
			 dot + 1, &method))
		return EXIT_USAGE;
	if (input.json == NULL)
		input.json = "{}";
	else if (strcmp(input.json, "-") == 0)
		input.json = read_all(stdin);
	if (json_parse(memory, method.input, input.json, &request, &error) !=
	    STATUS_OK) {
		complain("the request is not a %s: %s: %s", method.input->name,
			 error.field, error.message);
		return EXIT_USAGE;
	}
	if (client_call(&method, request, &reply) != STATUS_OK) {
		if (reply != NULL) /* a CONFLICT: what stands */
			output_message(stdout, reply, NULL, &input.style);
		return EXIT_FAILED;
	}
	return output_message(stdout, reply, NULL, &input.style) ? EXIT_OK
								 : EXIT_USAGE;
}

const struct command call_command = {
	.name = "call",
	.arguments = "SERVICE.METHOD [JSON]",
	.about = "Call any method of any service",
	.details = "JSON is the request ({} when it is not given, read from "
		   "standard input when it is -). Without a method, those of "
		   "the service are listed. Every service also answers Health, "
		   "Stats and Changes.",
	.calls = true,
	.prints = true,
	.parser = parse,
	.run = run,
};
