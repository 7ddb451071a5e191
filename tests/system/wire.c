/* wire: plain sockets. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/system/wire.h"

#define SP_HEADER 8

int wire_connect(int port, int64_t limit_us)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct timeval limit = { limit_us / 1000000, limit_us % 1000000 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool send_all(int fd, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	while (length) {
		ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		length -= (size_t)sent;
	}
	return true;
}

bool wire_greet(int fd, int protocol)
{
	uint8_t header[SP_HEADER] = { 0, 'S', 'P', 0, 0, (uint8_t)protocol };

	return send_all(fd, header, SP_HEADER) &&
	       recv(fd, header, SP_HEADER, MSG_WAITALL) == SP_HEADER;
}

bool wire_send_claimed(int fd, uint64_t claimed, const void *bytes,
		       size_t length)
{
	uint8_t header[8];

	for (int i = 7; i >= 0; i--, claimed >>= 8)
		header[i] = (uint8_t)(claimed & 0xff);
	return send_all(fd, header, sizeof(header)) &&
	       send_all(fd, bytes, length);
}

bool wire_send(int fd, const void *bytes, size_t length)
{
	return wire_send_claimed(fd, length, bytes, length);
}

long wire_receive(int fd, uint8_t *bytes, size_t size)
{
	uint8_t header[8];
	uint64_t length = 0;

	if (recv(fd, header, sizeof(header), MSG_WAITALL) != sizeof(header))
		return -1;
	for (int i = 0; i < 8; i++)
		length = length << 8 | header[i];
	if (length > size ||
	    recv(fd, bytes, length, MSG_WAITALL) != (ssize_t)length)
		return -1;
	return (long)length;
}

long wire_ask(int port, const void *sealed, size_t length, uint8_t *reply,
	      size_t size, int64_t limit_us)
{
	static const uint8_t id[WIRE_ID] = { 0x80, 0, 0, 1 };
	int fd = wire_connect(port, limit_us);
	long got = -1;

	if (fd < 0)
		return -1;
	if (wire_greet(fd, WIRE_SP_REQ) &&
	    wire_send_claimed(fd, sizeof(id) + length, id, sizeof(id)) &&
	    send_all(fd, sealed, length))
		got = wire_receive(fd, reply, size);
	close(fd);
	if (got < WIRE_ID || memcmp(reply, id, sizeof(id)) != 0)
		return -1;
	memmove(reply, reply + WIRE_ID, (size_t)got - WIRE_ID);
	return got - WIRE_ID;
}
