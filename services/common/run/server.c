/* server: nng's REP contexts, from the wire to the queue and back. */
#include <stdlib.h>
#include <string.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>

#include "services/common/base/log.h"
#include "services/common/run/builtin.h"
#include "services/common/run/private.h"
#include "services/common/run/server.h"

#define MESSAGE_MAX (4u << 20)
#define SLOT_ARENA 2048
#define SPARE_SLOTS 32 /* beyond the queue: they say OVERLOADED */

enum slot_state { SLOT_RECEIVING, SLOT_WORKING, SLOT_SENDING };

struct slot {
	struct job job; /* first: a job is its slot */
	struct server *server;
	nng_ctx ctx;
	nng_aio *aio;
	nng_msg *msg; /* the sealed request: names and bodies point into it */
	struct arena *arena;
	struct seal_header header;
	enum slot_state state;
};

struct server {
	struct service_run *run;
	nng_socket socket;
	nng_listener listener;
	const char *url;
	char own_url[160];
	struct seal_replay *replay;
	struct slot *slots;
	size_t count;
};

static void receive(struct slot *slot)
{
	slot->state = SLOT_RECEIVING;
	nng_ctx_recv(slot->ctx, slot->aio);
}

/* Done with this request: its memory goes, the slot takes the next. */
static void recycle(struct slot *slot)
{
	nng_msg_free(slot->msg);
	slot->msg = NULL;
	arena_reset(slot->arena);
	receive(slot);
}

/* A reply over the limit would make the client drop the connection, and with
 * it everybody's calls. */
static Rpc__Reply *within_limit(struct slot *slot, Rpc__Reply *reply)
{
	if (protobuf_c_message_get_packed_size(&reply->base) +
		    SEAL_OVERHEAD_MAX <= MESSAGE_MAX)
		return reply;
	return dispatch_refuse(slot->arena, STATUS_INVALID,
			       "The answer is too large for one message; ask "
			       "for less at a time.", "limit");
}

/* Packed where it is sealed: no copy. */
static nng_msg *sealed_reply(struct slot *slot, const Rpc__Reply *reply)
{
	const struct seal_ring *ring = slot->server->run->ring;
	size_t length = protobuf_c_message_get_packed_size(&reply->base);
	size_t front = seal_front(ring, slot->header.from);
	struct seal_header header = { .kind = SEAL_REPLY };
	uint8_t *body;
	nng_msg *msg;

	memcpy(header.to, slot->header.from, sizeof(header.to));
	memcpy(header.request_id, slot->header.request_id, ID_BYTES);
	if (nng_msg_alloc(&msg, length + SEAL_OVERHEAD_MAX))
		log_fatal("out of memory", NULL);
	body = nng_msg_body(msg);
	protobuf_c_message_pack(&reply->base, body + front);
	length = seal_close(ring, &header, body + front, length, body);
	nng_msg_chop(msg, nng_msg_len(msg) - length);
	return msg;
}

void server_reply(struct server *server, struct job *job, Rpc__Reply *reply)
{
	struct slot *slot = (struct slot *)job;

	reply = within_limit(slot, reply);
	reply->draining = atomic_load(&server->run->draining);
	slot->state = SLOT_SENDING;
	nng_aio_set_msg(slot->aio, sealed_reply(slot, reply));
	nng_ctx_send(slot->ctx, slot->aio);
}

static void refuse(struct slot *slot, enum status status, const char *message)
{
	server_reply(slot->server, &slot->job,
		     dispatch_refuse(slot->arena, status, message, ""));
}

/* Health and Stats: no queue, no database, so that the watchdog and the probes
 * tell a stuck listener from a busy one. */
static void answer_now(struct slot *slot, const struct plan *plan)
{
	struct service_run *run = slot->server->run;
	Rpc__Reply *reply = dispatch_refuse(slot->arena, STATUS_OK, "", "");
	Rpc__Result *result = (Rpc__Result *)field_append(
		slot->arena, &reply->base,
		field_find(&rpc__reply__descriptor, "results"));
	const ProtobufCMessage *body =
		plan->output == &rpc__health_reply__descriptor
			? &health_now(run, slot->arena)->base
			: &stats_now(run, slot->arena)->base;

	result->body.data =
		message_encode(slot->arena, body, &result->body.len);
	server_reply(slot->server, &slot->job, reply);
}

static void enqueue(struct slot *slot)
{
	struct service_run *run = slot->server->run;
	struct envelope *envelope = &slot->job.envelope;
	struct plan *plan = plans_find(&run->plans, envelope->request->method);

	if (!plan) {
		refuse(slot, STATUS_UNKNOWN_METHOD,
		       "This service has no method of that name.");
		return;
	}
	envelope->plan = plan;
	if (builtin_is_immediate(plan->method)) {
		answer_now(slot, plan);
		return;
	}
	if (plan->method->write &&
	    seal_replayed(slot->server->replay, slot->header.nonce,
			  clock_wall())) {
		service_count(run, "replays_refused", 1);
		refuse(slot, STATUS_UNAUTHENTICATED,
		       "This envelope was seen before.");
		return;
	}
	if (!queue_put(plan->method->write ? run->writes : run->reads,
		       &slot->job)) {
		service_count(run, "overloaded", 1);
		refuse(slot, STATUS_OVERLOADED,
		       "Too much waits here; try another replica.");
	}
}

static void received(struct slot *slot)
{
	struct service_run *run = slot->server->run;
	struct envelope *envelope = &slot->job.envelope;
	uint8_t *body;
	size_t length;
	const char *reason = "";
	ProtobufCMessage *request;
	struct error error;

	slot->msg = nng_aio_get_msg(slot->aio);
	slot->state = SLOT_WORKING;
	if (seal_open(run->ring, SEAL_REQUEST, NULL, nng_msg_body(slot->msg),
		      nng_msg_len(slot->msg), &slot->header, &body, &length,
		      &reason) != STATUS_OK) {
		/* No answer: there is nobody we could seal it for. */
		service_count(run, "seals_refused", 1);
		log_line(LOG_WARN, "seal refused", "reason", reason, NULL);
		recycle(slot);
		return;
	}
	*envelope = (struct envelope){ .caller = slot->header.from,
				       .arrived_us = clock_monotonic() };
	memcpy(envelope->request_id, slot->header.request_id, ID_BYTES);
	if (message_decode(slot->arena, &rpc__request__descriptor, body, length,
			   &request, &error) != STATUS_OK ||
	    message_check(slot->arena, request, &error) != STATUS_OK) {
		refuse(slot, STATUS_INVALID, "The envelope is malformed.");
		return;
	}
	envelope->request = (Rpc__Request *)request;
	enqueue(slot);
}

static void slot_event(void *arg)
{
	struct slot *slot = arg;
	int result = nng_aio_result(slot->aio);

	if (slot->state == SLOT_SENDING) {
		if (result)
			nng_msg_free(nng_aio_get_msg(slot->aio));
		recycle(slot);
		return;
	}
	if (!result)
		received(slot);
	else if (result != NNG_ECLOSED && result != NNG_ECANCELED)
		receive(slot);
}

static bool open_slot(struct server *server, struct slot *slot)
{
	slot->server = server;
	slot->arena = arena_new(SLOT_ARENA);
	return !nng_ctx_open(&slot->ctx, server->socket) &&
	       !nng_aio_alloc(&slot->aio, slot_event, slot);
}

/* A wildcard host is reached over loopback. */
static void set_own_url(struct server *server)
{
	const char *rest = NULL;
	int port = 0;

	snprintf(server->own_url, sizeof(server->own_url), "%s", server->url);
	if (nng_listener_get_int(server->listener, NNG_OPT_TCP_BOUND_PORT,
				 &port) == 0 && port)
		rest = strstr(server->url, "0.0.0.0") ? "127.0.0.1" : NULL;
	if (rest || (port && strstr(server->url, ":0")))
		snprintf(server->own_url, sizeof(server->own_url),
			 "tcp://127.0.0.1:%d", port);
}

static int listen_now(struct server *server)
{
	int result = nng_listener_create(&server->listener, server->socket,
					 server->url);

	if (!result)
		nng_listener_set_bool(server->listener, NNG_OPT_TCP_KEEPALIVE,
				      true);
	if (!result)
		result = nng_listener_start(server->listener, 0);
	return result;
}

struct server *server_start(struct service_run *run, const char *url,
			    const char **problem)
{
	struct server *server = calloc(1, sizeof(*server));
	int result;

	if (!server)
		log_fatal("out of memory", NULL);
	server->run = run;
	server->url = url;
	server->replay = seal_replay_new();
	server->count = (size_t)run->settings.queue_max + SPARE_SLOTS;
	server->slots = calloc(server->count, sizeof(*server->slots));
	if (!server->slots)
		log_fatal("out of memory", NULL);
	result = nng_rep0_open(&server->socket);
	if (!result)
		result = nng_socket_set_size(server->socket, NNG_OPT_RECVMAXSZ,
					     MESSAGE_MAX);
	for (size_t i = 0; !result && i < server->count; i++)
		if (!open_slot(server, &server->slots[i]))
			result = NNG_ENOMEM;
	if (!result)
		result = listen_now(server);
	*problem = result ? nng_strerror(result) : NULL;
	if (result)
		return NULL;
	set_own_url(server);
	run->server = server; /* before the first callback */
	for (size_t i = 0; i < server->count; i++)
		receive(&server->slots[i]);
	return server;
}

bool server_relisten(struct server *server)
{
	nng_listener_close(server->listener);
	return listen_now(server) == 0;
}

const char *server_own_url(const struct server *server)
{
	return server->own_url;
}

void server_stop(struct server *server)
{
	nng_close(server->socket);
	for (size_t i = 0; i < server->count; i++) {
		struct slot *slot = &server->slots[i];

		nng_aio_stop(slot->aio);
		nng_aio_free(slot->aio);
		if (slot->msg)
			nng_msg_free(slot->msg);
		arena_free(slot->arena);
	}
	seal_replay_free(server->replay);
	free(server->slots);
	free(server);
}
