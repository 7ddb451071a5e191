/* superhub report: the top line of the superhub, a hub or a network. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "reporting.pb-c.h"
#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"
#include "tools/resolve.h"

struct input {
	const char *hub, *network, *from, *to;
	struct output_style style;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;
	const char **places[128] = {
		['H'] = &input->hub, ['N'] = &input->network,
		['f'] = &input->from, ['t'] = &input->to,
	};

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[1] = &input->style;
		return 0;
	}
	if (key > 0 && key < 128 && places[key] != NULL) {
		*places[key] = argument;
		return 0;
	}
	if (key == ARGP_KEY_END && input->hub != NULL &&
	    input->network != NULL)
		argp_error(state, "--hub or --network, not both");
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

/* The reporting year, 1 April to 31 March, that the domain's day is in. */
static void default_period(struct input *input)
{
	char text[CLOCK_TEXT_MAX];
	int year, month;

	clock_follow_file(client_clock_file());
	clock_format(clock_now(), text);
	if (sscanf(text, "%d-%d", &year, &month) != 2)
		return;
	if (month < 4)
		year--;
	if (input->from == NULL)
		input->from = arena_printf(memory, "%d-04-01", year);
	if (input->to == NULL)
		input->to = arena_printf(memory, "%d-03-31", year + 1);
}

/* A number as people write it: 1,234.5 but 1,234. */
static const char *number(double value)
{
	char digits[64];
	struct text text = text_new(memory);
	size_t whole;

	snprintf(digits, sizeof(digits), "%.1f", value);
	whole = strcspn(digits, ".");
	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0)
			text_add_char(&text, ',');
		text_add_char(&text, digits[i]);
	}
	if (strcmp(digits + whole, ".0") != 0)
		text_add(&text, digits + whole);
	return text.bytes;
}

/* Text in lines of at most 78 columns behind a margin. */
static void print_wrapped(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > 74) {
			putchar('\n');
			column = 0;
		}
		printf("%s%.*s", column == 0 ? "    " : " ", (int)length, text);
		column += length + 1;
		text += length + strspn(text + length, " ");
	}
	putchar('\n');
}

static void print_table(const Reporting__TopLineReply *line,
			const struct input *input)
{
	static const bool right[] = { false, true, false, true, false };
	const char **cells = arena_array(memory, (line->n_figures + 1) * 5,
					 sizeof(*cells));
	size_t at = 5;

	cells[0] = "figure", cells[1] = "value", cells[2] = "";
	cells[3] = "n", cells[4] = "";
	for (size_t i = 0; i < line->n_figures; i++) {
		const Reporting__Figure *figure = line->figures[i];

		cells[at++] = figure->label;
		cells[at++] = number(figure->value);
		cells[at++] = figure->unit;
		cells[at++] = number((double)figure->n);
		cells[at++] = figure->n_of;
	}
	printf("%s, %s to %s\n\n", line->title, input->from, input->to);
	output_grid(stdout, line->n_figures + 1, 5, cells, right);
	puts("\nWhat the figures mean:");
	for (size_t i = 0; i < line->n_figures; i++) {
		printf("  %s\n", line->figures[i]->label);
		print_wrapped(line->figures[i]->definition);
	}
	if (line->n_figures > 0)
		printf("\nAs at %s.\n",
		       field_get(memory, &line->figures[0]->base,
				 field_find(line->figures[0]->base.descriptor,
					    "as_at")));
}

static bool fill(ProtobufCMessage *request, const struct input *input)
{
	const char *field = input->hub != NULL ? "hub" :
			    input->network != NULL ? "network" : "superhub";
	const char *name = input->hub != NULL ? input->hub : input->network;
	const struct {
		const char *field, *value;
	} values[] = {
		{ "scope", field },
		{ "scope_id", name == NULL ? "" :
			      resolve(input->hub != NULL ? "hub_id"
							 : "network_id",
				      name) },
		{ "from_on", input->from },
		{ "to_on", input->to },
	};
	struct error error;

	if (values[1].value == NULL)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (field_set(memory, request,
			      field_find(request->descriptor, values[i].field),
			      values[i].value, &error) != STATUS_OK) {
			complain("%s: %s", values[i].field, error.message);
			return false;
		}
	return true;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct input input = { NULL };
	struct client_method method;
	ProtobufCMessage *request, *reply;

	command_parse(command, argc, argv, &input);
	default_period(&input);
	if (!client_find("reporting", "TopLine", &method))
		return EXIT_FAILED;
	request = message_new(memory, method.input);
	if (!fill(request, &input))
		return EXIT_FAILED;
	if (client_call(&method, request, &reply) != STATUS_OK)
		return EXIT_FAILED;
	if (input.style.format != OUTPUT_TABLE || input.style.columns != NULL)
		return output_message(stdout, reply, NULL, &input.style)
			       ? EXIT_OK
			       : EXIT_USAGE;
	print_table((Reporting__TopLineReply *)reply, &input);
	return EXIT_OK;
}

static const struct argp_option options[] = {
	{ "hub", 'H', "HUB", 0, "Of this hub (id or name)" },
	{ "network", 'N', "NETWORK", 0, "Of this network (id or slug)" },
	{ "from", 'f', "DAY", 0, "First day, 2021-04-01 (reporting year)" },
	{ "to", 't', "DAY", 0, "Last day, which counts too" },
	{ 0 },
};

const struct command report_command = {
	.name = "report",
	.about = "Print the top-line figures of a period",
	.details = "Without --hub or --network they are the whole superhub's.",
	.calls = true,
	.prints = true,
	.options = options,
	.parser = parse,
	.run = run,
};
