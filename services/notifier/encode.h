/*
 * encode: text for a mail's headers. What is not plain ASCII becomes encoded
 * words (RFC 2047), folded; libcurl sends headers as they are. The caller has
 * refused control characters before. All memory is the arena's.
 */
#ifndef ECHO_NOTIFIER_ENCODE_H
#define ECHO_NOTIFIER_ENCODE_H

#include "services/common/base/arena.h"

/* Longer ASCII is encoded too, because that folds it. */
#define ENCODE_LINE 200

/* For a header of free text, such as Subject. */
const char *encode_text(struct arena *arena, const char *value);
/* For the name in front of an address: a quoted string, or encoded words. */
const char *encode_name(struct arena *arena, const char *value);

#endif
