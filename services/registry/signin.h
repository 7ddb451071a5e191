/*
 * signin: links by mail.
 *
 * The checks turn the secrets of a request into their hashes before the
 * database sees them. mail_links is a timer: it finds out whose the addresses
 * are that asked for a link, well after they were answered, and hands the links
 * to the notifier. A token exists in memory only, from here to the mail.
 */
#ifndef ECHO_REGISTRY_SIGNIN_H
#define ECHO_REGISTRY_SIGNIN_H

#include "services/common/run/service.h"

enum status confirm_sign_in_check(struct call *call);
enum status session_check(struct call *call);
enum status code_check(struct call *call);

/* True when there is more to do at once. */
bool mail_links(struct service_run *run, struct sql *sql, struct arena *arena);

#endif
