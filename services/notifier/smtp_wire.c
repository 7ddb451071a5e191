/* smtp_wire: libcurl connects (CONNECT_ONLY does EHLO, TLS and AUTH), then
 * hands the connection over. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "services/common/base/clock.h"
#include "services/common/base/log.h"
#include "services/notifier/smtp_wire.h"

static void set_reply(struct reply *reply, const char *line, size_t length)
{
	char digits[4] = "";
	size_t n = 0;

	memcpy(digits, line, length < 3 ? length : 3);
	reply->code = atoi(digits);
	for (size_t i = 0; i < length && n < SMTP_TEXT - 1; i++)
		if (line[i] != '\r' && line[i] != '\n')
			reply->text[n++] =
				line[i] < ' ' || line[i] > '~' ? '?' : line[i];
	reply->text[n] = '\0';
}

/* ---- the connection ---- */

struct greeting {
	struct wire *wire;
	struct reply *reply;
};

/* What the relay says while curl connects. */
static int on_debug(CURL *curl, curl_infotype type, char *data, size_t size,
		    void *context)
{
	static const char word[] = "PIPELINING";
	struct greeting *greeting = context;

	(void)curl;
	if (type != CURLINFO_HEADER_IN || size < 4)
		return 0;
	set_reply(greeting->reply, data, size);
	if (greeting->reply->code == 250 && size >= 4 + strlen(word) &&
	    !strncasecmp(data + 4, word, strlen(word)))
		greeting->wire->pipelining = true;
	return 0;
}

static void set_options(CURL *curl, const struct smtp_relay *relay,
			struct greeting *greeting)
{
	curl_easy_setopt(curl, CURLOPT_URL, relay->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)relay->timeout_s);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, greeting);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 *relay->user ? (long)CURLUSESSL_ALL
				      : (long)CURLUSESSL_TRY);
	if (*relay->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, relay->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, relay->password);
	}
}

bool wire_connect(struct wire *wire, const struct smtp_relay *relay,
		  struct reply *reply)
{
	struct greeting greeting = { wire, reply };
	curl_socket_t handle = CURL_SOCKET_BAD;
	CURLcode rc;

	wire->pipelining = false;
	wire->length = 0;
	wire->curl = curl_easy_init();
	if (!wire->curl)
		log_fatal("out of memory", NULL);
	set_options(wire->curl, relay, &greeting);
	rc = curl_easy_perform(wire->curl);
	if (rc == CURLE_OK)
		rc = curl_easy_getinfo(wire->curl, CURLINFO_ACTIVESOCKET,
				       &handle);
	wire->socket = handle;
	curl_easy_setopt(wire->curl, CURLOPT_VERBOSE, 0L);
	if (rc == CURLE_OK && handle != CURL_SOCKET_BAD)
		return true;
	if (reply->code < 400) {
		set_reply(reply, curl_easy_strerror(rc),
			  strlen(curl_easy_strerror(rc)));
		reply->code = 0;
	}
	wire_cut(wire);
	return false;
}

void wire_cut(struct wire *wire)
{
	if (wire->curl)
		curl_easy_cleanup(wire->curl);
	wire->curl = NULL;
}

/* ---- lines ---- */

/* False when time is up. */
static bool wait_for(struct wire *wire, short events)
{
	struct pollfd fd = { wire->socket, events, 0 };
	int64_t left = (wire->until_us - clock_monotonic()) / 1000;

	return left > 0 && poll(&fd, 1, (int)left) > 0;
}

bool wire_send(struct wire *wire, const char *bytes, size_t length)
{
	while (length) {
		size_t sent = 0;
		CURLcode rc = curl_easy_send(wire->curl, bytes, length, &sent);

		if (rc != CURLE_OK && rc != CURLE_AGAIN)
			return false;
		if (rc == CURLE_AGAIN && !wait_for(wire, POLLOUT))
			return false;
		bytes += sent;
		length -= sent;
	}
	return true;
}

static bool receive(struct wire *wire)
{
	size_t got = 0;
	CURLcode rc;

	if (wire->length == sizeof(wire->bytes))
		return false; /* no reply has such lines */
	for (;;) {
		rc = curl_easy_recv(wire->curl, wire->bytes + wire->length,
				    sizeof(wire->bytes) - wire->length, &got);
		if (rc != CURLE_AGAIN)
			break;
		if (!wait_for(wire, POLLIN))
			return false;
	}
	wire->length += got;
	return rc == CURLE_OK && got > 0;
}

/* Lines "250-..." go on, "250 ..." ends the reply. */
void wire_read(struct wire *wire, struct reply *reply)
{
	bool more = true;

	*reply = (struct reply){ 0, "the connection broke" };
	while (more) {
		char *end = memchr(wire->bytes, '\n', wire->length);
		size_t length;

		if (!end) {
			if (receive(wire))
				continue;
			*reply = (struct reply){ 0, "the connection broke" };
			return;
		}
		length = (size_t)(end - wire->bytes) + 1;
		more = length > 4 && wire->bytes[3] == '-';
		set_reply(reply, wire->bytes, length);
		wire->length -= length;
		memmove(wire->bytes, wire->bytes + length, wire->length);
	}
}
