/* doorbell: one SUB socket, one endless receive. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/common/run/doorbell.h"

#define SILENCE_US (3 * CLOCK_SECOND)
#define DIALERS_MAX 16
#define URL_MAX 160

struct doorbell {
	nng_socket socket;
	nng_aio *aio;
	nng_dialer dialers[DIALERS_MAX];
	int dialer_count;
	const char *urls;
	doorbell_heard *heard;
	void *context;
	atomic_llong heard_at_us;
	int64_t dialled_us;
};

static void unpack(struct doorbell *doorbell, nng_msg *msg)
{
	const uint8_t *body = nng_msg_body(msg);
	size_t length = nng_msg_len(msg);
	const uint8_t *end = memchr(body, 0, length);
	Rpc__Doorbell *bell;

	if (!end)
		return;
	end++;
	bell = rpc__doorbell__unpack(NULL, length - (size_t)(end - body), end);
	if (!bell)
		return;
	atomic_store(&doorbell->heard_at_us, clock_monotonic());
	doorbell->heard(doorbell->context, bell);
	rpc__doorbell__free_unpacked(bell, NULL);
}

static void received(void *arg)
{
	struct doorbell *doorbell = arg;
	nng_msg *msg;

	/* An error means that the socket is closed: SUB has no time-outs. */
	if (nng_aio_result(doorbell->aio))
		return;
	msg = nng_aio_get_msg(doorbell->aio);
	unpack(doorbell, msg);
	nng_msg_free(msg);
	nng_recv_aio(doorbell->socket, doorbell->aio);
}

static void dial_one(struct doorbell *doorbell, const char *url)
{
	nng_dialer *dialer = &doorbell->dialers[doorbell->dialer_count];

	if (doorbell->dialer_count == DIALERS_MAX ||
	    nng_dialer_create(dialer, doorbell->socket, url))
		return;
	nng_dialer_set_ms(*dialer, NNG_OPT_RECONNMINT, 50);
	nng_dialer_set_ms(*dialer, NNG_OPT_RECONNMAXT, 1000);
	nng_dialer_start(*dialer, NNG_FLAG_NONBLOCK);
	doorbell->dialer_count++;
}

static void dial(struct doorbell *doorbell)
{
	const char *from = doorbell->urls;
	char url[URL_MAX];

	for (int i = 0; i < doorbell->dialer_count; i++)
		nng_dialer_close(doorbell->dialers[i]);
	doorbell->dialer_count = 0;
	doorbell->dialled_us = clock_monotonic();
	while (*from) {
		size_t length = strcspn(from, ",");

		if (length && length < sizeof(url)) {
			memcpy(url, from, length);
			url[length] = '\0';
			dial_one(doorbell, url);
		}
		from += length + (from[length] == ',');
	}
}

struct doorbell *doorbell_open(const char *urls, doorbell_heard *heard,
			       void *context)
{
	struct doorbell *doorbell = calloc(1, sizeof(*doorbell));

	if (!doorbell || nng_sub0_open(&doorbell->socket) ||
	    nng_aio_alloc(&doorbell->aio, received, doorbell))
		log_fatal("cannot open a socket", NULL);
	doorbell->urls = urls;
	doorbell->heard = heard;
	doorbell->context = context;
	nng_socket_set_size(doorbell->socket, NNG_OPT_RECVMAXSZ, 4096);
	nng_socket_set(doorbell->socket, NNG_OPT_SUB_SUBSCRIBE, "", 0);
	dial(doorbell);
	nng_recv_aio(doorbell->socket, doorbell->aio);
	return doorbell;
}

void doorbell_check(struct doorbell *doorbell)
{
	int64_t now = clock_monotonic();
	int64_t heard = atomic_load(&doorbell->heard_at_us);

	if (now - heard > SILENCE_US && now - doorbell->dialled_us > SILENCE_US)
		dial(doorbell);
}

int64_t doorbell_heard_at(const struct doorbell *doorbell)
{
	return atomic_load(&doorbell->heard_at_us);
}

void doorbell_close(struct doorbell *doorbell)
{
	nng_close(doorbell->socket);
	nng_aio_stop(doorbell->aio);
	nng_aio_free(doorbell->aio);
	free(doorbell);
}
