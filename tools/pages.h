/*
 * pages: a whole list, however many pages it has. The request's fields after_X
 * (or before_X) are set from field X of the last row, as every list method
 * has it, until a page brings nothing.
 */
#ifndef TOOLS_PAGES_H
#define TOOLS_PAGES_H

#include "tools/client.h"

/* The first reply with the rows of the others added, at most `most` rows;
 * NULL, and told, when a call fails. Other methods: one plain call. */
ProtobufCMessage *pages_call(const struct client_method *method,
			     ProtobufCMessage *request, size_t most);

#endif
