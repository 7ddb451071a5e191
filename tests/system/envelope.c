/* envelope: packing and sealing what no client would send. */
#include <stdatomic.h>
#include <string.h>

#include "ledger.pb-c.h"
#include "services/common/base/clock.h"
#include "tests/system/envelope.h"
#include "tests/system/wire.h"

int64_t __real_clock_wall(void);
int64_t __wrap_clock_wall(void);

static atomic_llong ahead;

void envelope_clock(int64_t ahead_us)
{
	atomic_store(&ahead, ahead_us);
}

int64_t __wrap_clock_wall(void)
{
	return __real_clock_wall() + atomic_load(&ahead);
}

Rpc__Request *envelope_request(struct arena *arena, const char *method,
			       const ProtobufCMessage *message)
{
	Rpc__Request *request =
		(Rpc__Request *)message_new(arena, &rpc__request__descriptor);

	request->method = arena_strdup(arena, method);
	request->n_body = 1;
	request->body = arena_array(arena, 1, sizeof(*request->body));
	request->body[0].data =
		message_encode(arena, message, &request->body[0].len);
	return request;
}

struct envelope_made envelope_seal_bytes(struct arena *arena,
					 const struct seal_ring *ring,
					 const void *bytes, size_t length)
{
	struct seal_header header = { .kind = SEAL_REQUEST, .to = "ledger" };
	struct envelope_made made;

	id_new(made.request_id);
	memcpy(header.request_id, made.request_id, ID_BYTES);
	made.bytes = arena_alloc(arena, length + SEAL_OVERHEAD_MAX);
	made.length = seal_close(ring, &header, bytes, length, made.bytes);
	CHECK_NUMBER((long long)made.length, >, 0);
	return made;
}

struct envelope_made envelope_seal(struct arena *arena,
				   const struct seal_ring *ring,
				   const Rpc__Request *request)
{
	size_t length;
	void *bytes = message_encode(arena, &request->base, &length);

	return envelope_seal_bytes(arena, ring, bytes, length);
}

Rpc__Reply *envelope_ask(struct stage *stage, struct arena *arena,
			 const struct envelope_made *made, int64_t limit_us)
{
	static uint8_t reply[ENVELOPE_MAX]; /* one thread asks */
	long length = wire_ask(stage->replicas[0].port, made->bytes,
			       made->length, reply, ENVELOPE_MAX, limit_us);
	struct seal_header header;
	ProtobufCMessage *message = NULL;
	const char *reason = "";
	uint8_t *body;
	size_t body_length;

	if (length < 0)
		return NULL;
	CHECK(seal_open(stage->ring, SEAL_REPLY, made->request_id, reply,
			(size_t)length, &header, &body, &body_length,
			&reason) == STATUS_OK,
	      "the reply is %s", reason);
	CHECK_STATUS(message_decode(arena, &rpc__reply__descriptor, body,
				    body_length, &message, NULL),
		     STATUS_OK);
	return (Rpc__Reply *)message;
}

enum status envelope_status(const Rpc__Reply *reply, const char **field)
{
	CHECK(reply, "silence");
	if (field)
		*field = reply->field;
	if (reply->status != RPC__STATUS__OK || !reply->n_results)
		return (enum status)reply->status;
	if (field)
		*field = reply->results[0]->field;
	return (enum status)reply->results[0]->status;
}

ProtobufCMessage *envelope_entry(struct arena *arena, const char *account)
{
	Ledger__AddEntryRequest *request =
		(Ledger__AddEntryRequest *)message_new(
			arena, &ledger__add_entry_request__descriptor);
	uint8_t id[ID_BYTES];

	id_new(id);
	request->entry_id = arena_alloc(arena, ID_TEXT);
	id_format(id, request->entry_id);
	request->account = arena_strdup(arena, account);
	request->amount = 1;
	return &request->base;
}
