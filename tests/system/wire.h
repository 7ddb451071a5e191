/*
 * wire: nng's TCP mapping by hand, so that a test can say what no client
 * would: an SP header, then frames of eight bytes of length and a body. A
 * request's body begins with four bytes of id.
 */
#ifndef ECHO_TESTS_WIRE_H
#define ECHO_TESTS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_SP_REQ 0x30
#define WIRE_SP_REP 0x31
#define WIRE_ID 4

/* Connected to this port of the loopback, reads limited to limit_us; -1. */
int wire_connect(int port, int64_t limit_us);
/* Greet as that protocol and be greeted. */
bool wire_greet(int fd, int protocol);
/* A frame whose length is as claimed, whatever follows it. */
bool wire_send_claimed(int fd, uint64_t claimed, const void *bytes,
		       size_t length);
bool wire_send(int fd, const void *bytes, size_t length);
/* One frame; its length, -1 for silence or an end. */
long wire_receive(int fd, uint8_t *bytes, size_t size);

/* A sealed request on a connection of its own; the sealed reply's length, -1
 * for silence within limit_us. */
long wire_ask(int port, const void *sealed, size_t length, uint8_t *reply,
	      size_t size, int64_t limit_us);

#endif
