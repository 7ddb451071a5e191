/*
 * render: a template's {{names}} become a row's values.
 *
 * The names are a fixed set, in which the language decides how a date is
 * written; render_check finds any other at start. A line of the text in which
 * a value is empty is left out, so that a session without a speaker has no
 * line for one.
 *
 * Pure; all memory is the arena's.
 */
#ifndef ECHO_NOTIFIER_RENDER_H
#define ECHO_NOTIFIER_RENDER_H

#include "notifier.pb-c.h"
#include "services/common/base/arena.h"

struct page {
	struct arena *arena;
	const Notifier__Mail *row;
	const char *public_url; /* of the pages; "": there are none */
};

const char *render_text(const struct page *page, const char *template);
const char *render_subject(const struct page *page, const char *template);

/* NULL, or the first {{name}} of a template that nobody knows. */
const char *render_check(struct arena *arena, const char *template);

#endif
