/*
 * watch: a client that follows the feed `entry` as any service would, by the
 * built-in method Changes, and judges what it gets: positions rise, versions
 * of a key never go back, nothing follows a deletion. At the end it must hold
 * exactly what the table holds.
 */
#ifndef ECHO_TESTS_WATCH_H
#define ECHO_TESTS_WATCH_H

#include "tests/support/check.h"

struct watch;

struct watch *watch_start(struct stage *stage, struct rpc_peer *peer);
/* Goes on until a page brings nothing more, then ends. */
void watch_stop(struct watch *watch);
/* What it holds is what the table holds. After watch_stop. */
void watch_check_table(struct watch *watch);
long long watch_changes(const struct watch *watch);
void watch_free(struct watch *watch);

#endif
