/* superhub keys: the key files of a whole set-up, made once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/common/base/id.h"
#include "services/common/base/text.h"
#include "services/common/wire/seal.h"
#include "services/common/wire/token.h"
#include "services/common/wire/vault.h"
#include "tools/command.h"
#include "tools/rotate.h"

static const char *const owners[] = {
	"registry", "scheduler", "notifier", "reporting", "gateway", "superhub",
};
enum { OWNERS = sizeof(owners) / sizeof(owners[0]), FILES = OWNERS + 4 };

/* It depends on no other: a set-up from before it gets it. */
enum { VAULT = FILES - 1 };

struct key_file {
	const char *path;
	const char *bytes;
	mode_t mode;
};

const char *keys_new_id(void)
{
	uint8_t id[ID_BYTES];
	char text[ID_TEXT];

	id_new(id);
	id_format(id, text);
	return arena_strdup(memory, text + ID_TEXT - 1 - 8);
}

/* Everything is made before anything is written. */
static void make_files(const char *folder, struct key_file files[FILES])
{
	const char *key_id = keys_new_id();
	struct text peers = text_new(memory);
	char secret[SEAL_KEY_TEXT], public[SEAL_KEY_TEXT];
	char signing[TOKEN_SECRET_TEXT], checking[TOKEN_PUBLIC_TEXT];
	char vault[VAULT_KEY_TEXT];

	for (size_t i = 0; i < OWNERS; i++) {
		seal_key_pair(secret, public);
		text_printf(&peers, "%s %s %s\n", owners[i], key_id, public);
		files[i] = (struct key_file){
			arena_printf(memory, "%s/%s.keys", folder, owners[i]),
			arena_printf(memory, "%s %s\n", key_id, secret), 0600
		};
	}
	token_key_pair(signing, checking);
	files[OWNERS] = (struct key_file){
		arena_printf(memory, "%s/signing.keys", folder),
		arena_printf(memory, "%s %s\n", key_id, signing), 0600
	};
	files[OWNERS + 1] = (struct key_file){
		arena_printf(memory, "%s/credential.keys", folder),
		arena_printf(memory, "%s %s\n", key_id, checking), 0644
	};
	files[OWNERS + 2] = (struct key_file){
		arena_printf(memory, "%s/peers", folder), peers.bytes, 0644
	};
	vault_key(vault);
	files[VAULT] = (struct key_file){
		arena_printf(memory, "%s/vault.keys", folder),
		arena_printf(memory, "%s %s\n", key_id, vault), 0600
	};
}

static int write_file(const struct key_file *file)
{
	size_t length = strlen(file->bytes);
	int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      file->mode);

	if (fd < 0)
		return complain("cannot make %s: %s", file->path,
				strerror(errno));
	/* a caller's umask must not take the public files from services */
	if (fchmod(fd, file->mode) != 0 ||
	    write(fd, file->bytes, length) != (ssize_t)length ||
	    fsync(fd) != 0) {
		int reason = errno;

		close(fd);
		unlink(file->path);
		return complain("cannot write %s: %s", file->path,
				strerror(reason));
	}
	close(fd);
	return EXIT_OK;
}

static int make_keys(const char *folder)
{
	struct key_file files[FILES];
	const char *missing = NULL;
	size_t there = 0;

	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return complain("cannot make the folder %s: %s", folder,
				strerror(errno));
	make_files(folder, files);
	for (size_t i = 0; i < FILES; i++) {
		if (access(files[i].path, F_OK) == 0)
			there++;
		else
			missing = files[i].path;
	}
	if (there == FILES) {
		printf("The keys in %s are complete; nothing was changed.\n",
		       folder);
		return EXIT_OK;
	}
	if (there == VAULT && missing == files[VAULT].path)
		return write_file(&files[VAULT]);
	if (there > 0)
		return complain("%s is missing, but other keys are there and "
				"are not overwritten. Restore it, or remove "
				"them all and start again.", missing);
	for (size_t i = 0; i < FILES; i++)
		if (write_file(&files[i]) != EXIT_OK)
			return EXIT_FAILED;
	printf("%d key files were made in %s. Keep *.keys secret, except "
	       "credential.keys and retired.keys.\n", FILES, folder);
	return EXIT_OK;
}

struct input {
	const char *folder;
	bool rotate;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;

	if (key == ARGP_KEY_ARG && input->folder == NULL) {
		input->folder = argument;
		return 0;
	}
	if (key == 'r') {
		input->rotate = true;
		return 0;
	}
	if (key == ARGP_KEY_END && input->folder == NULL)
		argp_error(state, "which folder?");
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct input input = { NULL, false };

	command_parse(command, argc, argv, &input);
	return input.rotate ? rotate_keys(input.folder)
			    : make_keys(input.folder);
}

static const struct argp_option options[] = {
	{ "rotate", 'r', NULL, 0,
	  "Take the next of three steps to a new signing key", 0 },
	{ 0 },
};

const struct command keys_command = {
	.name = "keys",
	.arguments = "DIR",
	.about = "Make the key files of a whole set-up in DIR",
	.details = "For each service NAME there is DIR/NAME.keys (its secret, "
		"ECHO_KEYS_FILE); DIR/peers holds everybody's public keys "
		"(ECHO_PEERS_FILE), DIR/signing.keys what the registry signs "
		"credentials with (ECHO_SIGNING_KEYS_FILE), "
		"DIR/credential.keys what checks them "
		"(ECHO_CREDENTIAL_KEYS_FILE), and DIR/vault.keys what the "
		"registry seals second factors with (ECHO_VAULT_KEYS_FILE). "
		"Without --rotate nothing is ever overwritten.\n\n"
		"With --rotate the signing key is changed in three steps, "
		"between which services are restarted; each says what to do "
		"before the next.",
	.options = options,
	.parser = parse,
	.run = run,
};
