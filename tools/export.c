/* superhub export: everything the registry owns, in files that anybody reads. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "registry.pb-c.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"

struct export {
	const char *folder;
	struct client_method method;
	Registry__ExportColumn **columns; /* of all tables, in order */
	size_t count;
	struct arena *arenas[2]; /* of a page, and of the one before */
	unsigned turn;
};

static const char *path_of(const struct export *export, const char *name)
{
	return arena_printf(memory, "%s/%s.csv", export->folder, name);
}

static void write_cell(FILE *file, const char *cell, bool last)
{
	output_csv_cell(file, cell, true);
	fputs(last ? "\r\n" : ",", file);
}

static bool write_dictionary(const struct export *export)
{
	const message_type *type = &registry__export_column__descriptor;
	const char *path = path_of(export, "dictionary");
	FILE *file = output_open(path, true);

	if (file == NULL)
		return false;
	for (unsigned i = 0; i < type->n_fields; i++)
		write_cell(file, type->fields[i].name,
			   i + 1 == type->n_fields);
	for (size_t row = 0; row < export->count; row++)
		for (unsigned i = 0; i < type->n_fields; i++)
			write_cell(file,
				   field_get(memory,
					     &export->columns[row]->base,
					     &type->fields[i]),
				   i + 1 == type->n_fields);
	return output_close(file, path);
}

/* One page. The arena holds the key that the next one comes after, so there are
 * two that take turns. False: the call failed, and it was told. */
static bool write_page(struct export *export, FILE *file,
		       Registry__ExportRowsRequest *request, size_t *rows)
{
	struct arena *arena = export->arenas[export->turn ^= 1];
	struct error error = { STATUS_OK, "", "" };
	ProtobufCMessage *message = NULL;
	const Registry__ExportRowsReply *reply;

	arena_reset(arena);
	/* Rows may be long: fewer of them fit then. */
	while (client_call_quietly(&export->method, &request->base, arena,
				   &message, &error) == STATUS_INVALID &&
	       strcmp(error.field, "limit") == 0 && request->limit > 1)
		request->limit /= 2;
	if (error.status != STATUS_OK) {
		client_complain(&export->method, &error);
		return false;
	}
	reply = (const Registry__ExportRowsReply *)message;
	for (size_t i = 0; i < reply->n_rows; i++)
		for (size_t j = 0; j < reply->rows[i]->n_cells; j++)
			write_cell(file, reply->rows[i]->cells[j],
				   j + 1 == reply->rows[i]->n_cells);
	*rows = reply->n_rows;
	if (*rows > 0)
		request->after_key = reply->rows[*rows - 1]->key;
	return true;
}

/* A table: width columns from the first one. */
static bool write_table(struct export *export, Registry__ExportColumn **columns,
			size_t width)
{
	Registry__ExportRowsRequest request =
		REGISTRY__EXPORT_ROWS_REQUEST__INIT;
	const char *name = columns[0]->relation;
	const char *path = path_of(export, name);
	FILE *file = output_open(path, true);
	size_t rows, total = 0;
	bool good = file != NULL;

	if (!good)
		return false;
	for (size_t i = 0; i < width; i++)
		write_cell(file, columns[i]->name, i + 1 == width);
	request.relation = columns[0]->relation;
	request.limit = 1000;
	do {
		rows = 0;
		good = write_page(export, file, &request, &rows);
		total += rows;
	} while (good && rows > 0);
	good = output_close(file, path) && good;
	if (good)
		printf("%s.csv: %zu rows\n", name, total);
	return good;
}

/* The columns of a table. */
struct span {
	size_t first, width;
	bool written;
};

static struct span *find_spans(const struct export *export, size_t *count)
{
	struct span *spans = arena_array(memory, export->count, sizeof(*spans));

	*count = 0;
	for (size_t i = 0; i < export->count; i++) {
		if (i == 0 || strcmp(export->columns[i]->relation,
				     export->columns[i - 1]->relation) != 0)
			spans[(*count)++].first = i;
		spans[*count - 1].width++;
	}
	return spans;
}

static bool refers(const struct export *export, const struct span *span,
		   const char *relation)
{
	for (size_t i = 0; i < span->width; i++)
		if (strcmp(export->columns[span->first + i]->refers_to,
			   relation) == 0)
			return true;
	return false;
}

/* Who refers goes before what is referred to: then a row that was added while
 * the tables are written refers to nothing that is missing. In a ring of tables
 * one has to begin. */
static struct span *next_span(const struct export *export, struct span *spans,
			      size_t count)
{
	struct span *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *name =
			export->columns[spans[i].first]->relation;
		size_t other = 0;

		if (spans[i].written)
			continue;
		while (other < count &&
		       (other == i || spans[other].written ||
			!refers(export, &spans[other], name)))
			other++;
		if (other == count)
			return &spans[i];
		if (first == NULL)
			first = &spans[i];
	}
	return first;
}

static bool write_tables(struct export *export)
{
	size_t count;
	struct span *spans = find_spans(export, &count);

	for (size_t i = 0; i < count; i++) {
		struct span *span = next_span(export, spans, count);

		if (!write_table(export, export->columns + span->first,
				 span->width))
			return false;
		span->written = true;
	}
	return true;
}

static bool find_columns(struct export *export)
{
	Registry__ExportColumnsRequest request =
		REGISTRY__EXPORT_COLUMNS_REQUEST__INIT;
	struct client_method method;
	ProtobufCMessage *reply = NULL;

	if (!client_find("registry", "ExportColumns", &method) ||
	    !client_find("registry", "ExportRows", &export->method) ||
	    client_call(&method, &request.base, &reply) != STATUS_OK)
		return false;
	export->columns = ((Registry__ExportColumnsReply *)reply)->columns;
	export->count = ((Registry__ExportColumnsReply *)reply)->n_columns;
	return true;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct export *export = state->input;

	if (key == ARGP_KEY_ARG && export->folder == NULL) {
		export->folder = argument;
		return 0;
	}
	if (key == ARGP_KEY_END && export->folder == NULL)
		argp_error(state, "into which new folder?");
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct export export = { 0 };
	bool good;

	command_parse(command, argc, argv, &export);
	if (!find_columns(&export))
		return EXIT_FAILED;
	if (mkdir(export.folder, 0700) != 0)
		return complain("cannot make the folder %s: %s", export.folder,
				strerror(errno));
	export.arenas[0] = arena_new(1 << 20);
	export.arenas[1] = arena_new(1 << 20);
	good = write_dictionary(&export) && write_tables(&export);
	arena_free(export.arenas[0]);
	arena_free(export.arenas[1]);
	return good ? EXIT_OK : EXIT_FAILED;
}

const struct command export_command = {
	.name = "export",
	.arguments = "FOLDER",
	.about = "Write everything the registry holds as CSV",
	.details = "FOLDER is made new. dictionary.csv says what each column "
		   "of each file is. hubs.csv, networks.csv and members.csv "
		   "are what superhub import takes; the others are the tables "
		   "themselves. The tables are read one after the other while "
		   "work goes on: those that refer before those they refer to, "
		   "so that nobody is missing who is named, unless somebody "
		   "undid an import meanwhile. For the state of one moment "
		   "restore a backup and export that. Whoever asks gets "
		   "what they may see, a hub's staff (--as-person) their "
		   "own. Text that a spreadsheet would run as a formula has "
		   "an apostrophe in front.",
	.calls = true,
	.parser = parse,
	.run = run,
};
