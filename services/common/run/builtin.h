/* builtin: the methods that every service answers: Health, Stats, Changes. */
#ifndef ECHO_RUN_BUILTIN_H
#define ECHO_RUN_BUILTIN_H

#include "services/common/run/service.h"

#define BUILTINS 3

struct builtin {
	struct method method;
	const message_type *input, *output;
	/* Answered at once by the listener, without queue and database. */
	bool immediate;
};

extern const struct builtin builtins[BUILTINS];

bool builtin_is_immediate(const struct method *method);

#endif
