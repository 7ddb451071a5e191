/*
 * acceptor: a real mail relay for a test: a private Postfix that files all it
 * accepts into a Maildir, and a Dovecot that can be asked about it. Refuses
 * recipients at gone.* (550 5.1.1) and later.* (451), waits a second before it
 * accepts for slow.*. Ends with the test.
 */
#ifndef ECHO_TESTS_ACCEPTOR_H
#define ECHO_TESTS_ACCEPTOR_H

#include <sys/types.h>

struct acceptor {
	char folder[64];
	int smtp_port, imap_port;
	pid_t pid;
	int life; /* the end of its standard input: closed, it stops */
};

/* script: tests/support/acceptor. Exits when it does not come up. */
void acceptor_start(struct acceptor *acceptor, const char *script);
void acceptor_stop(struct acceptor *acceptor);

/* Every mail that was accepted: its first 64 KiB as text. */
typedef void acceptor_mail(void *context, const char *mail);
void acceptor_each(const struct acceptor *acceptor, acceptor_mail *mail,
		   void *context);

#endif
