/*
 * direct: writers that bypass the service: transactions of their own that stay
 * open for 0 to 50 ms before they commit, one in ten of which is rolled back.
 * Each change also takes a number of a bigserial, and a naive cursor follows
 * that: what it loses shows that the load is hard enough to lose something.
 */
#ifndef ECHO_TESTS_DIRECT_H
#define ECHO_TESTS_DIRECT_H

#include "tests/support/check.h"

struct direct;

struct direct *direct_start(struct stage *stage, int threads);
void direct_stop(struct direct *direct);
long direct_committed(const struct direct *direct);
/* What the naive cursor never saw, now that all is quiet. */
long long direct_naive_lost(struct direct *direct);
void direct_free(struct direct *direct);

#endif
