/*
 * Calls: see rpc.h.
 *
 * A try has no callbacks. nng_ctx_send hands the request over; whoever waits
 * then waits for the send, posts the receive and waits for that (a receive
 * before its send has completed crashes nng 1.5.2). Between the two a reply
 * rests in nng's context, so that many calls can be in flight from one thread.
 *
 * A call is a loop of tries. What is known at its end decides the status:
 * UNCERTAIN when any try may have been executed and none was answered.
 */
#include <assert.h>
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/wire/rpc_private.h"

#define TIMEOUT_US (5 * CLOCK_SECOND)
#define TRY_TIMEOUT_US CLOCK_SECOND

void rpc_pending_init(struct rpc_pending *pending, struct rpc_peer *peer,
		      const char *method, const struct rpc_options *options)
{
	static const struct rpc_options none;
	int64_t timeout_us;

	if (options == NULL)
		options = &none;
	timeout_us = options->timeout_us > 0 ? options->timeout_us
					     : TIMEOUT_US;
	*pending = (struct rpc_pending){
		.peer = peer,
		.request = RPC__REQUEST__INIT,
		.deadline_us = clock_monotonic() + timeout_us,
		.try_timeout_us = options->try_timeout_us > 0
					  ? options->try_timeout_us
					  : TRY_TIMEOUT_US,
	};
	pending->request.method = (char *)(uintptr_t)method;
	pending->request.deadline_at_us = clock_wall() + timeout_us;
	if (options->request_id != NULL)
		memcpy(pending->request_id, options->request_id, ID_BYTES);
	else
		id_new(pending->request_id);
}

/* What the tries of a call need is copied, so that the caller's own may go. */
static void fill_request(struct rpc_pending *pending, size_t count,
			 ProtobufCMessage *const requests[],
			 struct arena *arena,
			 const struct rpc_options *options)
{
	Rpc__Request *request = &pending->request;

	request->method = arena_strdup(arena, request->method);
	request->n_body = count;
	request->body = arena_array(arena, count, sizeof(*request->body));
	for (size_t i = 0; i < count; i++)
		request->body[i].data = message_encode(
			arena, requests[i], &request->body[i].len);
	if (options == NULL)
		return;
	if (options->credential_length > 0) {
		request->credential.data = arena_copy(
			arena, options->credential, options->credential_length);
		request->credential.len = options->credential_length;
	}
	if (options->trace != NULL)
		request->trace = arena_strdup(arena, options->trace);
	if (options->origin != NULL)
		request->origin = arena_strdup(arena, options->origin);
}

/* Refuse here what could not be sent; an oversize request would be accepted
 * by nng and then cost everybody the connection. */
static enum status check_request(struct rpc_pending *pending)
{
	const struct rpc_peer *peer = pending->peer;

	if (seal_front(peer->ring, peer->service) == 0)
		return error_set(&pending->error, STATUS_UNAUTHENTICATED,
				 "There is no key for the service asked.", "");
	if (rpc__request__get_packed_size(&pending->request) +
		    SEAL_OVERHEAD_MAX > RPC_SIZE_MAX)
		return error_set(&pending->error, STATUS_INVALID,
				 "The request is larger than 4 MiB: "
				 "send it in parts.", "");
	return STATUS_OK;
}

static void set_timeout(struct rpc_pending *pending, int64_t until_us)
{
	int64_t left_ms = (until_us - clock_monotonic() + 999) / 1000;

	/* 0 would mean not to wait at all; an answer may be there already. */
	nng_aio_set_timeout(pending->slot->aio,
			    left_ms < 1 ? 1 : (nng_duration)left_ms);
}

/* Pack straight into the message and seal it where it stands. */
static nng_msg *build(struct rpc_pending *pending)
{
	struct rpc_peer *peer = pending->peer;
	struct seal_header header = { .kind = SEAL_REQUEST };
	size_t front = seal_front(peer->ring, peer->service);
	size_t length = rpc__request__get_packed_size(&pending->request);
	nng_msg *message = NULL;

	if (nng_msg_alloc(&message, front + length + SEAL_TAG) != 0)
		log_fatal("no memory for a message", NULL);
	uint8_t *bytes = nng_msg_body(message);
	rpc__request__pack(&pending->request, bytes + front);
	strcpy(header.to, peer->service);
	memcpy(header.request_id, pending->request_id, ID_BYTES);
	size_t sealed = seal_close(peer->ring, &header, bytes + front, length,
				   bytes);
	assert(sealed == front + length + SEAL_TAG);
	return message;
}

void rpc_try_send(struct rpc_pending *pending)
{
	int64_t until_us = pending->try_start_us + pending->try_timeout_us;

	nng_aio_set_msg(pending->slot->aio, build(pending));
	/* What is not even taken in this time may as well go elsewhere. */
	set_timeout(pending, until_us < pending->try_end_us
				     ? until_us
				     : pending->try_end_us);
	nng_ctx_send(pending->slot->ctx, pending->slot->aio);
}

static enum rpc_outcome failed(struct rpc_pending *pending, int rv)
{
	enum rpc_outcome outcome =
		rv == NNG_ETIMEDOUT ? RPC_TIMED_OUT : RPC_LOST;

	error_set(&pending->error, STATUS_UNAVAILABLE,
		  outcome == RPC_TIMED_OUT ? "The service did not answer in "
					     "time: try again."
					   : "The connection to the service "
					     "was lost: try again.", "");
	return outcome;
}

/* Open and decode; the message's bytes end up in the arena. */
static enum rpc_outcome open_reply(struct rpc_pending *pending, nng_msg *msg,
				   struct arena *arena, Rpc__Reply **reply)
{
	struct rpc_peer *peer = pending->peer;
	struct seal_header header;
	ProtobufCMessage *message = NULL;
	uint8_t *body = NULL;
	size_t length = 0;
	const char *reason = "from another service";
	enum status status = seal_open(peer->ring, SEAL_REPLY,
				       pending->request_id, nng_msg_body(msg),
				       nng_msg_len(msg), &header, &body,
				       &length, &reason);

	if (status == STATUS_OK && strcmp(header.from, peer->service) != 0)
		status = STATUS_UNAUTHENTICATED;
	else if (status == STATUS_OK) {
		reason = "malformed";
		status = message_decode(arena, &rpc__reply__descriptor, body,
					length, &message, NULL);
	}
	if (status != STATUS_OK) {
		log_line(LOG_WARN, "answer refused", "peer", peer->service,
			 "url", pending->endpoint->url, "reason", reason, NULL);
		error_set(&pending->error, STATUS_UNAVAILABLE,
			  "The service's answer could not be trusted.", "");
		return RPC_REFUSED;
	}
	*reply = (Rpc__Reply *)message;
	return (*reply)->draining ? RPC_DRAINING : RPC_ANSWERED;
}

enum rpc_outcome rpc_try_receive(struct rpc_pending *pending,
				 struct arena *arena, Rpc__Reply **reply)
{
	nng_aio *aio = pending->slot->aio;

	nng_aio_wait(aio);
	int rv = nng_aio_result(aio);
	if (rv != 0) {
		/* Not sent, so the message is still ours. */
		nng_msg_free(nng_aio_get_msg(aio));
		nng_aio_set_msg(aio, NULL);
		return failed(pending, rv) == RPC_TIMED_OUT ? RPC_NOT_TAKEN
							    : RPC_LOST;
	}
	nng_aio_set_msg(aio, NULL);
	set_timeout(pending, pending->try_end_us);
	nng_ctx_recv(pending->slot->ctx, aio);
	nng_aio_wait(aio);
	rv = nng_aio_result(aio);
	if (rv != 0) {
		pending->uncertain = true;
		return failed(pending, rv);
	}
	nng_msg *msg = nng_aio_get_msg(aio);
	nng_aio_set_msg(aio, NULL);
	enum rpc_outcome outcome = open_reply(pending, msg, arena, reply);
	nng_msg_free(msg);
	pending->uncertain |= outcome == RPC_REFUSED;
	return outcome;
}

struct rpc_pending *rpc_send(struct rpc_peer *peer, const char *method,
			     size_t count, ProtobufCMessage *const requests[],
			     struct arena *arena,
			     const struct rpc_options *options)
{
	struct rpc_pending *pending = arena_alloc(arena, sizeof(*pending));

	assert(count > 0);
	rpc_pending_init(pending, peer, method, options);
	fill_request(pending, count, requests, arena, options);
	if (check_request(pending) != STATUS_OK)
		return pending;
	pending->admitted = rpc_admit(peer);
	if (!pending->admitted)
		error_set(&pending->error, STATUS_OVERLOADED,
			  "Too many calls to the service are under way: "
			  "try again.", "");
	else if (rpc_take(pending, RPC_PICK_ANY, false))
		rpc_try_send(pending);
	return pending;
}

/* The one status that a reply comes to: that of the envelope, or of all its
 * results when they failed alike. */
static enum status reply_status(const Rpc__Reply *reply)
{
	enum status status = (enum status)reply->status;

	if (status != STATUS_OK || reply->n_results == 0)
		return status;
	status = (enum status)reply->results[0]->status;
	for (size_t i = 1; i < reply->n_results; i++)
		if ((enum status)reply->results[i]->status != status)
			return STATUS_OK;
	return status;
}

/* After an answer only another replica can know better; after silence or a
 * lost connection the same one may. */
static bool try_again(struct rpc_pending *pending, bool answered)
{
	if (!rpc_may_retry(pending))
		return false;
	if (!rpc_take(pending, answered ? RPC_PICK_OTHER : RPC_PICK_ANY,
		      !answered))
		return false;
	rpc_try_send(pending);
	return true;
}

/* The loop of tries. NULL: pending->error says why there is no answer. */
static Rpc__Reply *run(struct rpc_pending *pending, struct arena *arena)
{
	Rpc__Reply *reply = NULL;
	bool answered;

	if (pending->endpoint == NULL) {
		error_set(&pending->error, STATUS_UNAVAILABLE,
			  "The service cannot be reached: try again later.",
			  "");
		if (!rpc_take(pending, RPC_PICK_ANY, true))
			return NULL;
		rpc_try_send(pending);
	}
	do {
		Rpc__Reply *this_reply = NULL;
		enum rpc_outcome outcome =
			rpc_try_receive(pending, arena, &this_reply);

		rpc_give(pending, outcome);
		answered = this_reply != NULL;
		if (answered) {
			enum status status = reply_status(this_reply);

			reply = this_reply;
			pending->uncertain |= status == STATUS_UNCERTAIN;
			if (!status_is_transient(status))
				return reply;
		}
	} while (try_again(pending, answered));
	return reply;
}

static enum status fill_result(struct rpc_result *result,
			       const Rpc__Result *from,
			       const message_type *reply_type,
			       struct arena *arena)
{
	enum status status = (enum status)from->status;

	error_set(&result->error, status, from->message, from->field);
	result->reply = NULL;
	/* An OK without bytes is the message with all fields zero. */
	if (status != STATUS_OK && from->body.len == 0)
		return STATUS_OK;
	return message_decode(arena, reply_type, from->body.data,
			      from->body.len, &result->reply, NULL);
}

static enum status fill_results(struct rpc_pending *pending,
				const Rpc__Reply *reply,
				const message_type *reply_type,
				struct arena *arena,
				struct rpc_result results[])
{
	struct error *error = &pending->error;

	if (reply->status != RPC__STATUS__OK)
		return error_set(error, (enum status)reply->status,
				 reply->message, reply->field);
	if (reply->n_results != pending->request.n_body)
		return error_set(error, STATUS_INTERNAL,
				 "The service answered another number of "
				 "requests.", "");
	for (size_t i = 0; i < reply->n_results; i++)
		if (fill_result(&results[i], reply->results[i], reply_type,
				arena) != STATUS_OK)
			return error_set(error, STATUS_INTERNAL,
					 "The service's answer is malformed.",
					 "");
	return error_set(error, STATUS_OK, "", "");
}

/* A transient status says that this try was not executed; an earlier one may
 * have been all the same. */
static void settle(const struct rpc_pending *pending, struct error *error)
{
	if (pending->uncertain && status_is_transient(error->status))
		error->status = STATUS_UNCERTAIN;
}

enum status rpc_wait(struct rpc_pending *pending,
		     const message_type *reply_type, struct arena *arena,
		     struct rpc_result results[], struct error *error)
{
	if (pending->admitted) {
		Rpc__Reply *reply = run(pending, arena);

		if (reply != NULL)
			fill_results(pending, reply, reply_type, arena,
				     results);
		settle(pending, &pending->error);
		if (pending->error.status == STATUS_OK)
			for (size_t i = 0; i < pending->request.n_body; i++)
				settle(pending, &results[i].error);
		rpc_leave(pending->peer);
	}
	if (error != NULL)
		*error = pending->error;
	return pending->error.status;
}

enum status rpc_call_many(struct rpc_peer *peer, const char *method,
			  size_t count, ProtobufCMessage *const requests[],
			  const message_type *reply_type, struct arena *arena,
			  const struct rpc_options *options,
			  struct rpc_result results[], struct error *error)
{
	struct rpc_pending *pending =
		rpc_send(peer, method, count, requests, arena, options);

	return rpc_wait(pending, reply_type, arena, results, error);
}

enum status rpc_call(struct rpc_peer *peer, const char *method,
		     const ProtobufCMessage *request,
		     const message_type *reply_type, struct arena *arena,
		     const struct rpc_options *options,
		     ProtobufCMessage **reply, struct error *error)
{
	ProtobufCMessage *const requests[1] = {
		(ProtobufCMessage *)(uintptr_t)request
	};
	struct rpc_result result = { .reply = NULL };
	struct error failure = { .status = STATUS_OK };
	enum status status = rpc_call_many(peer, method, 1, requests,
					   reply_type, arena, options, &result,
					   &failure);

	if (status == STATUS_OK) {
		failure = result.error;
		*reply = result.reply;
	}
	if (error != NULL)
		*error = failure;
	return failure.status;
}
