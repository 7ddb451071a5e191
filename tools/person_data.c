/* superhub person-data: everything that is held about somebody, for themselves:
 * a file for programs, and a page to read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "protection.pb-c.h"
#include "registry.pb-c.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"
#include "tools/person_page.h"
#include "tools/resolve.h"

#define SERVICES_MAX 8

struct input {
	const char *person, *folder;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;

	if (key == ARGP_KEY_END && input->folder == NULL)
		argp_error(state, "whose data, and into which folder?");
	if (key != ARGP_KEY_ARG)
		return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
	if (input->person == NULL)
		input->person = argument;
	else if (input->folder == NULL)
		input->folder = argument;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

/* An answer of a method whose request may name the person; NULL, and told, when
 * there is none. */
static void *ask(const char *service, const char *name, const char *person_id)
{
	struct client_method method;
	struct error error = { STATUS_OK, "", "" };
	ProtobufCMessage *request, *reply = NULL;

	if (!client_find(service, name, &method))
		return NULL;
	request = message_new(memory, method.input);
	if (person_id != NULL &&
	    field_set(memory, request, field_find(method.input, "person_id"),
		      person_id, &error) != STATUS_OK) {
		complain("%s is no person: %s", person_id, error.message);
		return NULL;
	}
	return client_call(&method, request, &reply) == STATUS_OK ? reply
								  : NULL;
}

/* {"registry": {"person": [{...}], ...}, ...}: the rows as the services have
 * them. */
static bool write_json(const struct input *input, const struct held *held)
{
	const char *path = arena_printf(memory, "%s/person-data.json",
					input->folder);
	FILE *file = output_open(path, true);

	if (file == NULL)
		return false;
	fprintf(file, "{\"person_id\": \"%s\"", input->person);
	for (; held->service != NULL; held++) {
		const char *entity = "";

		fprintf(file, ",\n\"%s\": {", held->service);
		for (size_t i = 0; i < held->data->n_rows; i++) {
			const Protection__Held *row = held->data->rows[i];
			bool same = strcmp(row->entity, entity) == 0;

			if (!same)
				fprintf(file, "%s\n\"%s\": [\n",
					*entity ? "]," : "", row->entity);
			fprintf(file, "%s%s", same ? ",\n" : "", row->json);
			entity = row->entity;
		}
		fputs(*entity ? "]}" : "}", file);
	}
	fputs("}\n", file);
	return output_close(file, path);
}

static bool write_page(const struct input *input, const struct held *held,
		       const Registry__ListPurposesReply *purposes)
{
	const char *path = arena_printf(memory, "%s/person-data.html",
					input->folder);
	FILE *file = output_open(path, true);

	if (file == NULL)
		return false;
	person_page(file, held, purposes);
	return output_close(file, path);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct input input = { NULL };
	struct held held[SERVICES_MAX] = { { NULL } };
	const Registry__ListPurposesReply *purposes;
	size_t rows = 0;

	command_parse(command, argc, argv, &input);
	input.person = resolve("person_id", input.person);
	if (input.person == NULL)
		return EXIT_FAILED;
	/* All of them, or nothing: half an answer is a wrong one. */
	for (size_t i = 0; client_services[i].name != NULL; i++) {
		const char *name = client_services[i].name;

		held[i] = (struct held){ name,
			ask(name, "HeldData", input.person),
			strcmp(name, "reporting") == 0 ? NULL
				: ask(name, "ListRetention", NULL) };
		if (held[i].data == NULL)
			return EXIT_FAILED;
		rows += held[i].data->n_rows;
	}
	purposes = ask("registry", "ListPurposes", NULL);
	if (purposes == NULL)
		return EXIT_FAILED;
	if (rows == 0)
		return complain("nothing is held about %s that you may see.",
				input.person);
	if (mkdir(input.folder, 0700) != 0 && errno != EEXIST)
		return complain("cannot make the folder %s: %s", input.folder,
				strerror(errno));
	if (!write_json(&input, held) || !write_page(&input, held, purposes))
		return EXIT_FAILED;
	printf("%zu entries are in %s: person-data.html to read, "
	       "person-data.json for programs.\n", rows, input.folder);
	return EXIT_OK;
}

const struct command person_data_command = {
	.name = "person-data",
	.arguments = "PERSON FOLDER",
	.about = "Write everything that is held about a person",
	.details = "PERSON is an id or an e-mail address. FOLDER gets a page to "
		   "read and a file for programs; files that are there are not "
		   "overwritten. A hub's administrators get what is their "
		   "hub's.",
	.calls = true,
	.parser = parse,
	.run = run,
};
