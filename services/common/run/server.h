/*
 * server: the listening side. N contexts, each a slot that receives, opens the
 * seal, checks and enqueues; nothing here blocks (a blocking callback would
 * stall every socket of the process). A worker answers through server_reply.
 */
#ifndef ECHO_RUN_SERVER_H
#define ECHO_RUN_SERVER_H

#include "services/common/run/queue.h"

struct server;

/* Listening on url; a message that says what is wrong in problem, or NULL. */
struct server *server_start(struct service_run *run, const char *url,
			    const char **problem);
/* Seal and send the reply of this job; the slot then receives again. */
void server_reply(struct server *server, struct job *job, Rpc__Reply *reply);
/* Close the listener and open it again on the same socket: nng 1.5.2's
 * listener dies of one connection that ends with FIN and RST. */
bool server_relisten(struct server *server);
/* The URL that reaches this listener from this host. */
const char *server_own_url(const struct server *server);
void server_stop(struct server *server);

#endif
