/*
 * progress: how far a long job is, on standard error. On a terminal a bar that
 * is drawn anew a few times a second, elsewhere a plain line every 10 seconds;
 * nothing at all when the job is done within a blink. One at a time.
 */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include <stddef.h>

void progress_begin(const char *what, size_t total); /* 0: nobody knows */
void progress_at(size_t done);
/* Take the bar away, so that other lines can be written. */
void progress_hide(void);
void progress_end(void);

#endif
