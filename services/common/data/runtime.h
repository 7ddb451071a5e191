/*
 * runtime: the runtime's own statements with their contracts, checked at start
 * like everybody else's.
 */
#ifndef ECHO_DATA_RUNTIME_H
#define ECHO_DATA_RUNTIME_H

#include "services/common/data/sql.h"

enum {
	RUNTIME_SEQUENCE,
	RUNTIME_HEAD,
	RUNTIME_POSITIONS,
	RUNTIME_CURSOR,
	RUNTIME_ADVANCE,
	RUNTIME_REMEMBER,
	RUNTIME_RECALL,
	RUNTIME_FORGET,
};

/* In the order of the enum; a NULL statement ends. */
extern const struct binding runtime_bindings[];

#endif
