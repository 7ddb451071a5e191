/* An import as a whole: registered, finished, and undone again. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry.pb-c.h"
#include "services/common/wire/digest.h"
#include "tools/command.h"
#include "tools/import_private.h"
#include "tools/output.h"
#include "tools/pages.h"
#include "tools/progress.h"

static bool hash_file(const char *path, char hash[DIGEST_TEXT])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat about;
	void *bytes;

	if (file < 0 || fstat(file, &about) < 0) {
		complain("cannot read %s: %s", path, strerror(errno));
		return false;
	}
	bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file,
		     0);
	close(file);
	if (bytes == MAP_FAILED) {
		complain("cannot read %s: %s", path, strerror(errno));
		return false;
	}
	digest_sha256(bytes, (size_t)about.st_size, hash);
	munmap(bytes, (size_t)about.st_size);
	return true;
}

bool import_begin(struct import *import)
{
	const char *path = import->options->file;
	Registry__BeginImportRequest request =
		REGISTRY__BEGIN_IMPORT_REQUEST__INIT;
	struct client_method method;
	ProtobufCMessage *reply = NULL;
	char hash[DIGEST_TEXT];
	uint8_t id[ID_BYTES];
	const char *same;

	if (import->options->dry_run ||
	    strcmp(import->reader->service, "registry") != 0)
		return true;
	if (!client_find("registry", "BeginImport", &method) ||
	    !hash_file(path, hash))
		return false;
	id_new(id);
	id_format(id, import->import_id);
	request.import_id = import->import_id;
	request.kind = arena_strdup(memory, import->reader->name);
	request.file_name = arena_strdup(memory, basename(path));
	request.file_hash = hash;
	if (client_call(&method, &request.base, &reply) != STATUS_OK)
		return false;
	same = ((Registry__ImportJob *)reply)->same_import_id;
	if (same[0] != '\0')
		complain("%s came in before, as import %s; what is the same "
			 "is not changed.", path, same);
	return true;
}

void import_finish(const struct import *import)
{
	Registry__FinishImportRequest request =
		REGISTRY__FINISH_IMPORT_REQUEST__INIT;
	struct client_method method;
	ProtobufCMessage *reply = NULL;

	if (import->import_id[0] == '\0' ||
	    !client_find("registry", "FinishImport", &method))
		return;
	request.import_id = arena_strdup(memory, import->import_id);
	request.rows = (int32_t)import->rows;
	request.rejected = (int32_t)import->rejected;
	if (client_call(&method, &request.base, &reply) == STATUS_OK)
		printf("superhub undo %s takes it back, for 30 days.\n",
		       import->import_id);
}

/* ---- superhub undo ---- */

static error_t parse(int key, char *argument, struct argp_state *state)
{
	Registry__UndoImportRequest *request = state->input;

	if (key == 'r') {
		request->reason = argument;
		return 0;
	}
	if (key == ARGP_KEY_ARG && request->import_id[0] == '\0') {
		request->import_id = argument;
		return 0;
	}
	if (key == ARGP_KEY_END && request->import_id[0] == '\0')
		argp_error(state, "which import? superhub imports lists them");
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

static int print_kept(char *import_id)
{
	Registry__ListImportKeptRequest request =
		REGISTRY__LIST_IMPORT_KEPT_REQUEST__INIT;
	const struct output_style style = { OUTPUT_TABLE, NULL };
	struct client_method method;
	ProtobufCMessage *reply;

	request.import_id = import_id;
	if (!client_find("registry", "ListImportKept", &method))
		return EXIT_FAILED;
	reply = pages_call(&method, &request.base, SIZE_MAX);
	if (reply == NULL)
		return EXIT_FAILED;
	output_message(stdout, reply, NULL, &style);
	return EXIT_FAILED;
}

static int run(const struct command *command, int argc, char **argv)
{
	Registry__UndoImportRequest request =
		REGISTRY__UNDO_IMPORT_REQUEST__INIT;
	struct client_method method;
	ProtobufCMessage *reply = NULL;
	const Registry__ImportJob *job;
	size_t all = 0;

	command_parse(command, argc, argv, &request);
	if (!client_find("registry", "UndoImport", &method))
		return EXIT_FAILED;
	do {
		if (client_call(&method, &request.base, &reply) != STATUS_OK)
			return EXIT_FAILED;
		job = (const Registry__ImportJob *)reply;
		if (all == 0) {
			all = (size_t)job->remaining;
			progress_begin(job->file_name, all);
		}
		progress_at(all - (size_t)job->remaining);
	} while (job->remaining > 0);
	progress_end();
	printf("%s was undone; %d things had to stay as they are\n",
	       job->file_name, job->kept);
	return job->kept == 0 ? EXIT_OK : print_kept(request.import_id);
}

static const struct argp_option options_table[] = {
	{ "reason", 'r', "TEXT", 0, "Why, for the record" },
	{ 0 },
};

const struct command undo_command = {
	.name = "undo",
	.arguments = "IMPORT",
	.about = "Take a whole import back",
	.details = "What somebody changed since, or what others refer to by "
		   "now, stays and is listed; then it exits with 1. Possible "
		   "for 30 days. When it is interrupted, ask again.",
	.calls = true,
	.options = options_table,
	.parser = parse,
	.run = run,
};
