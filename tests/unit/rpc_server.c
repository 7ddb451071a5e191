/* rpc_server: see rpc_server.h. */
#include "rpc_server.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>

#define CONTEXTS 300

enum step { RECEIVING, DELAYING, SENDING };

struct work {
	struct rpc_server *server;
	enum step step;
	nng_ctx ctx;
	nng_aio *aio;
	nng_msg *answer; /* while delaying */
};

struct rpc_server {
	const struct seal_ring *ring;
	nng_socket socket;
	char url[160];
	struct work works[CONTEXTS];
	pthread_mutex_t lock; /* of the rest */
	enum serve serve;
	enum status status;
	int delay_ms;
	size_t seen;
	uint8_t ids[RPC_SERVER_IDS][ID_BYTES];
	char last[200];
	int64_t last_deadline_us;
	nng_msg *old_reply;
};

void rpc_server_rings(struct seal_ring **registry, struct seal_ring **superhub)
{
	char secret[2][SEAL_KEY_TEXT], public[2][SEAL_KEY_TEXT];
	char keys[2][100], peers[400];
	const char *problem = NULL;

	for (size_t i = 0; i < 2; i++) {
		seal_key_pair(secret[i], public[i]);
		snprintf(keys[i], sizeof(keys[i]), "1 %s\n", secret[i]);
	}
	snprintf(peers, sizeof(peers),
		 "registry 1 %s\nsuperhub 1 %s\n", public[0], public[1]);
	*registry = seal_ring_new("registry", keys[0], peers, &problem);
	*superhub = seal_ring_new("superhub", keys[1], peers, &problem);
	if (problem != NULL)
		abort();
}

void rpc_server_end(struct seal_ring *registry, struct seal_ring *superhub)
{
	seal_ring_free(registry);
	seal_ring_free(superhub);
	nng_fini();
}

static void note(struct rpc_server *server, const struct seal_header *header,
		 const Rpc__Request *request)
{
	if (server->seen < RPC_SERVER_IDS)
		memcpy(server->ids[server->seen], header->request_id,
		       ID_BYTES);
	server->seen++;
	snprintf(server->last, sizeof(server->last), "%s|%s|%.*s",
		 request->method, request->trace,
		 (int)request->credential.len,
		 request->credential.len ? (char *)request->credential.data
					 : "");
	server->last_deadline_us = request->deadline_at_us;
}

static nng_msg *seal_reply(struct rpc_server *server,
			   const struct seal_header *to,
			   const Rpc__Reply *reply)
{
	struct seal_header header = { .kind = SEAL_REPLY };
	size_t front = seal_front(server->ring, to->from);
	size_t length = rpc__reply__get_packed_size(reply);
	nng_msg *msg;

	if (nng_msg_alloc(&msg, front + length + SEAL_TAG) != 0)
		abort();
	uint8_t *bytes = nng_msg_body(msg);
	rpc__reply__pack(reply, bytes + front);
	strcpy(header.to, to->from);
	memcpy(header.request_id, to->request_id, ID_BYTES);
	seal_close(server->ring, &header, bytes + front, length, bytes);
	return msg;
}

static nng_msg *make_reply(struct rpc_server *server,
			   const struct seal_header *header,
			   const Rpc__Request *request, enum serve serve)
{
	Rpc__Reply reply = RPC__REPLY__INIT;
	size_t count = request->n_body;
	Rpc__Result *results = calloc(count, sizeof(*results));
	Rpc__Result **pointers = calloc(count, sizeof(*pointers));

	for (size_t i = 0; i < count; i++) {
		rpc__result__init(&results[i]);
		pointers[i] = &results[i];
		results[i].body = request->body[i];
		if (serve == SERVE_RESULT) {
			results[i].status = (Rpc__Status)server->status;
			results[i].message = "as the test says";
			results[i].field = "feed";
		}
	}
	reply.results = pointers;
	reply.n_results = count - (serve == SERVE_SHORT);
	reply.draining = serve == SERVE_DRAINING;
	if (serve == SERVE_STATUS) {
		reply.status = (Rpc__Status)server->status;
		reply.message = "as the test says";
		reply.n_results = 0;
	}
	nng_msg *msg = seal_reply(server, header, &reply);
	free(results);
	free(pointers);
	return msg;
}

static nng_msg *answer(struct rpc_server *server,
		       const struct seal_header *header,
		       const Rpc__Request *request)
{
	bool probe = strcmp(request->method, "Health") == 0;
	enum serve serve = server->serve;
	nng_msg *msg = NULL;

	if (!probe)
		note(server, header, request);
	if (serve == SERVE_SILENCE)
		return NULL;
	if (serve == SERVE_GARBAGE) {
		nng_msg_alloc(&msg, 0);
		nng_msg_append(msg, "what is a seal?", 15);
		return msg;
	}
	if (serve == SERVE_OLD_REPLY && server->old_reply != NULL) {
		nng_msg_dup(&msg, server->old_reply);
		return msg;
	}
	msg = make_reply(server, header, request, probe ? SERVE_ECHO : serve);
	if (server->old_reply == NULL)
		nng_msg_dup(&server->old_reply, msg);
	return msg;
}

static void receive(struct work *work)
{
	work->step = RECEIVING;
	nng_ctx_recv(work->ctx, work->aio);
}

static void reply(struct work *work)
{
	work->step = SENDING;
	nng_aio_set_msg(work->aio, work->answer);
	work->answer = NULL;
	nng_ctx_send(work->ctx, work->aio);
}

static void received(struct work *work)
{
	struct rpc_server *server = work->server;
	nng_msg *msg = nng_aio_get_msg(work->aio);
	struct seal_header header;
	const char *reason = NULL;
	uint8_t *body = NULL;
	size_t length = 0;
	int delay_ms = 0;

	nng_aio_set_msg(work->aio, NULL);
	if (seal_open(server->ring, SEAL_REQUEST, NULL, nng_msg_body(msg),
		      nng_msg_len(msg), &header, &body, &length,
		      &reason) == STATUS_OK) {
		Rpc__Request *request =
			rpc__request__unpack(NULL, length, body);

		if (request == NULL)
			abort();
		pthread_mutex_lock(&server->lock);
		work->answer = answer(server, &header, request);
		delay_ms = server->delay_ms;
		pthread_mutex_unlock(&server->lock);
		rpc__request__free_unpacked(request, NULL);
	}
	nng_msg_free(msg);
	if (work->answer == NULL) {
		receive(work);
	} else if (delay_ms > 0) {
		work->step = DELAYING;
		nng_sleep_aio(delay_ms, work->aio);
	} else {
		reply(work);
	}
}

static void on_step(void *arg)
{
	struct work *work = arg;
	int rv = nng_aio_result(work->aio);

	if (rv != 0 && work->step == SENDING)
		nng_msg_free(nng_aio_get_msg(work->aio));
	if (rv == NNG_ECLOSED || rv == NNG_ECANCELED)
		return;
	if (rv != 0 || work->step == SENDING)
		receive(work);
	else if (work->step == DELAYING)
		reply(work);
	else
		received(work);
}

struct rpc_server *rpc_server_new(const struct seal_ring *ring,
				  const char *url)
{
	struct rpc_server *server = calloc(1, sizeof(*server));
	nng_listener listener;
	int port = 0;

	server->ring = ring;
	pthread_mutex_init(&server->lock, NULL);
	if (nng_rep0_open(&server->socket) != 0 ||
	    nng_socket_set_size(server->socket, NNG_OPT_RECVMAXSZ,
				4 * 1024 * 1024) != 0)
		abort();
	for (size_t i = 0; i < CONTEXTS; i++) {
		struct work *work = &server->works[i];

		work->server = server;
		if (nng_ctx_open(&work->ctx, server->socket) != 0 ||
		    nng_aio_alloc(&work->aio, on_step, work) != 0)
			abort();
		receive(work);
	}
	/* A port that was just in use may need a moment. */
	for (int i = 0; nng_listen(server->socket, url, &listener, 0); i++) {
		if (i == 100)
			abort();
		usleep(20000);
	}
	snprintf(server->url, sizeof(server->url), "%s", url);
	if (nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port) == 0)
		snprintf(server->url, sizeof(server->url),
			 "tcp://127.0.0.1:%d", port);
	return server;
}

void rpc_server_free(struct rpc_server *server)
{
	if (server == NULL)
		return;
	nng_close(server->socket);
	for (size_t i = 0; i < CONTEXTS; i++) {
		nng_aio_stop(server->works[i].aio);
		nng_aio_free(server->works[i].aio);
		nng_msg_free(server->works[i].answer);
	}
	nng_msg_free(server->old_reply);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

const char *rpc_server_url(const struct rpc_server *server)
{
	return server->url;
}

void rpc_server_serve(struct rpc_server *server, enum serve serve,
		      enum status status, int delay_ms)
{
	pthread_mutex_lock(&server->lock);
	server->serve = serve;
	server->status = status;
	server->delay_ms = delay_ms;
	pthread_mutex_unlock(&server->lock);
}

size_t rpc_server_seen(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	size_t seen = server->seen;
	pthread_mutex_unlock(&server->lock);
	return seen;
}

bool rpc_server_wait(struct rpc_server *server, size_t seen)
{
	for (int i = 0; i < 2000; i++) {
		if (rpc_server_seen(server) >= seen)
			return true;
		usleep(5000);
	}
	return false;
}

bool rpc_server_saw(struct rpc_server *server, const uint8_t id[ID_BYTES])
{
	bool saw = false;

	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->seen && i < RPC_SERVER_IDS; i++)
		saw |= memcmp(server->ids[i], id, ID_BYTES) == 0;
	pthread_mutex_unlock(&server->lock);
	return saw;
}

void rpc_server_last(struct rpc_server *server, char text[200])
{
	pthread_mutex_lock(&server->lock);
	memcpy(text, server->last, sizeof(server->last));
	pthread_mutex_unlock(&server->lock);
}

int64_t rpc_server_last_deadline_us(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	int64_t deadline_us = server->last_deadline_us;
	pthread_mutex_unlock(&server->lock);
	return deadline_us;
}
