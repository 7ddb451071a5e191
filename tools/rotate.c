/* rotate: see rotate.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "services/common/wire/token.h"
#include "tools/command.h"
#include "tools/rotate.h"

#define LINES_MAX TOKEN_KEYS_MAX
/* audit verify reads them together with the one or two that are in use. */
#define RETIRED_MAX (TOKEN_KEYS_MAX - 2)

/* A key file: its lines, which begin with a key's id. */
struct lines {
	const char *path;
	struct stat stat;
	size_t count;
	const char *line[LINES_MAX];
};

static int read_lines(const char *folder, const char *name,
		      struct lines *lines)
{
	char piece[256];
	FILE *file;

	*lines = (struct lines){
		.path = arena_printf(memory, "%s/%s", folder, name) };
	file = fopen(lines->path, "re");
	if (file == NULL || fstat(fileno(file), &lines->stat) != 0) {
		if (file != NULL)
			fclose(file);
		return complain("cannot read %s: %s", lines->path,
				strerror(errno));
	}
	while (lines->count < LINES_MAX && fgets(piece, sizeof(piece), file)) {
		piece[strcspn(piece, "\n")] = '\0';
		if (*piece != '\0' && *piece != '#')
			lines->line[lines->count++] =
				arena_strdup(memory, piece);
	}
	if (lines->count == LINES_MAX && fgets(piece, sizeof(piece), file)) {
		fclose(file);
		return complain("%s holds more keys than %d: nothing was "
				"changed.", lines->path, LINES_MAX);
	}
	fclose(file);
	if (lines->count == 0)
		return complain("there is no key in %s", lines->path);
	return EXIT_OK;
}

static bool same_key(const char *a, const char *b)
{
	size_t length = strcspn(a, " ");

	return strcspn(b, " ") == length && !memcmp(a, b, length);
}

static bool has_key(const struct lines *lines, const char *line)
{
	for (size_t i = 0; i < lines->count; i++)
		if (same_key(lines->line[i], line))
			return true;
	return false;
}

/* A new file in the place of the old one, whole or not at all; who may read it
 * stays the same. */
static int write_lines(const struct lines *lines)
{
	const char *path = arena_printf(memory, "%s.new", lines->path);
	struct text text = text_new(memory);
	bool good;
	int fd;

	for (size_t i = 0; i < lines->count; i++)
		text_printf(&text, "%s\n", lines->line[i]);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	good = fd >= 0 &&
	       fchown(fd, lines->stat.st_uid, lines->stat.st_gid) == 0 &&
	       fchmod(fd, lines->stat.st_mode & 0777) == 0 &&
	       write(fd, text.bytes, text.length) == (ssize_t)text.length &&
	       fsync(fd) == 0 && rename(path, lines->path) == 0;
	if (!good)
		complain("cannot write %s: %s", lines->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good ? EXIT_OK : EXIT_FAILED;
}

/* ---- the steps ---- */

static int add_key(struct lines *signing, struct lines *checking)
{
	char secret[TOKEN_SECRET_TEXT], public[TOKEN_PUBLIC_TEXT];
	const char *key_id = keys_new_id();

	token_key_pair(secret, public);
	/* one whose secret was never written is of no use */
	checking->count = 1;
	checking->line[checking->count++] =
		arena_printf(memory, "%s %s", key_id, public);
	signing->line[signing->count++] =
		arena_printf(memory, "%s %s", key_id, secret);
	if (write_lines(checking) != EXIT_OK || write_lines(signing) != EXIT_OK)
		return EXIT_FAILED;
	printf("Step 1 of 3: a new key is known. Restart every service, one "
	       "replica after the other, and run this again.\n");
	return EXIT_OK;
}

static int use_key(struct lines *signing)
{
	signing->line[0] = signing->line[1];
	signing->count = 1;
	if (write_lines(signing) != EXIT_OK)
		return EXIT_FAILED;
	printf("Step 2 of 3: the registry signs with the new key from its next "
	       "start. Restart its replicas, and run this again after ten "
	       "minutes.\n");
	return EXIT_OK;
}

static int drop_keys(const char *folder, const struct lines *signing,
		     struct lines *checking)
{
	int64_t changed_us = signing->stat.st_mtime * CLOCK_SECOND;
	struct lines retired = { .stat = checking->stat };

	if (clock_wall() < changed_us + TOKEN_LIFE_US)
		return complain("credentials of the old key may still be in "
				"use. Run this again in %lld s.",
				(long long)((changed_us + TOKEN_LIFE_US -
					     clock_wall()) / CLOCK_SECOND) + 1);
	retired.path = arena_printf(memory, "%s/retired.keys", folder);
	if (access(retired.path, F_OK) == 0 &&
	    read_lines(folder, "retired.keys", &retired) != EXIT_OK)
		return EXIT_FAILED;
	for (size_t i = 0; i < checking->count; i++) {
		if (same_key(checking->line[i], signing->line[0]) ||
		    has_key(&retired, checking->line[i]))
			continue;
		if (retired.count >= RETIRED_MAX)
			return complain("%s is full: nothing was changed. Keep "
					"a copy of it for the old part of the "
					"audit trail, take its first lines "
					"out, and run this again.",
					retired.path);
		retired.line[retired.count++] = checking->line[i];
	}
	checking->line[0] = checking->line[checking->count - 1];
	checking->count = 1;
	if (write_lines(&retired) != EXIT_OK ||
	    write_lines(checking) != EXIT_OK)
		return EXIT_FAILED;
	printf("Step 3 of 3: the old key opens nothing any more; retired.keys "
	       "keeps its public half for the audit trail. Restart every "
	       "service.\n");
	return EXIT_OK;
}

int rotate_keys(const char *folder)
{
	struct lines signing, checking;

	if (read_lines(folder, "signing.keys", &signing) != EXIT_OK ||
	    read_lines(folder, "credential.keys", &checking) != EXIT_OK)
		return EXIT_FAILED;
	if (signing.count > 1)
		return use_key(&signing);
	if (checking.count > 1 &&
	    same_key(checking.line[checking.count - 1], signing.line[0]))
		return drop_keys(folder, &signing, &checking);
	return add_key(&signing, &checking);
}
