/*
 * naughty: what people paste, files hold and attackers send, in every string
 * field of a message: too long, turned around, invisible, not UTF-8, with a NUL,
 * formulas, other languages' syntax, words that SQL takes for dates.
 */
#ifndef ECHO_TESTS_NAUGHTY_H
#define ECHO_TESTS_NAUGHTY_H

#include "services/common/wire/field.h"

/* Gets one packed message and the name of the field that is naughty. */
typedef void naughty_give(void *context, const char *field,
			  ProtobufCBinaryData body);

/* Ids that exist, names that pass: a message that nobody would refuse. */
ProtobufCMessage *naughty_plausible(struct arena *arena,
				    const message_type *type);

/* Every string field of the type, also of the messages in it, with each naughty
 * string in turn; the other fields hold something plausible. */
void naughty_bodies(struct arena *arena, const message_type *type,
		    naughty_give *give, void *context);

#endif
