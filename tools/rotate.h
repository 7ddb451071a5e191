/*
 * rotate: the signing key of credentials, changed in three steps, between which
 * services are restarted one after the other, so that no call fails. Which step
 * comes next is told by the files themselves: run it again and again.
 *
 * The third step moves the public half of the old key from credential.keys to
 * retired.keys: no credential of it is taken any more, but what it signed of
 * the audit trail can be checked for good, so retired.keys only grows.
 */
#ifndef TOOLS_ROTATE_H
#define TOOLS_ROTATE_H

/* The next step with the files of this folder; an exit code. */
int rotate_keys(const char *folder);

/* A short id for a new key. */
const char *keys_new_id(void);

#endif
