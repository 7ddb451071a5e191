/* acceptor: the script behind two pipes, and the Maildir it fills. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/acceptor.h"
#include "tests/support/stage.h"

#define MAIL_BYTES (64 << 10)

static void become_script(const struct acceptor *acceptor, const char *script,
			  int in, int out)
{
	char smtp[16], imap[16];

	snprintf(smtp, sizeof(smtp), "%d", acceptor->smtp_port);
	snprintf(imap, sizeof(imap), "%d", acceptor->imap_port);
	if (dup2(in, 0) == 0 && dup2(out, 1) == 1)
		execl(script, script, acceptor->folder, smtp, imap,
		      (char *)NULL);
	_exit(2);
}

void acceptor_start(struct acceptor *acceptor, const char *script)
{
	char word[16] = "";
	int in[2], out[2];

	*acceptor = (struct acceptor){ "/tmp/echo-mail.XXXXXX", stage_port(),
				       stage_port(), 0, -1 };
	if (!mkdtemp(acceptor->folder) || chmod(acceptor->folder, 0755) ||
	    pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		exit(2);
	acceptor->pid = fork();
	if (!acceptor->pid)
		become_script(acceptor, script, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	acceptor->life = in[1];
	if (read(out[0], word, sizeof(word) - 1) < 5 ||
	    memcmp(word, "ready", 5)) {
		fputs("the acceptor did not start\n", stderr);
		exit(2);
	}
	close(out[0]);
}

void acceptor_stop(struct acceptor *acceptor)
{
	if (acceptor->life < 0)
		return;
	close(acceptor->life);
	acceptor->life = -1;
	waitpid(acceptor->pid, NULL, 0);
}

static void read_folder(const struct acceptor *acceptor, const char *name,
			acceptor_mail *mail, void *context)
{
	static char bytes[MAIL_BYTES];
	char path[512];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/journal/%s", acceptor->folder, name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/journal/%s/%s",
			 acceptor->folder, name, entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
		fclose(file);
		mail(context, bytes);
	}
	if (dir)
		closedir(dir);
}

void acceptor_each(const struct acceptor *acceptor, acceptor_mail *mail,
		   void *context)
{
	read_folder(acceptor, "new", mail, context);
	read_folder(acceptor, "cur", mail, context);
}
