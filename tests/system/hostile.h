/* hostile: what its parts share: one replica, one arena, what is legitimate. */
#ifndef ECHO_TESTS_HOSTILE_H
#define ECHO_TESTS_HOSTILE_H

#include "services/common/base/clock.h"
#include "tests/system/envelope.h"
#include "tests/system/load.h"
#include "tests/system/wire.h"

extern struct stage hostile_stage;
extern struct arena *hostile_arena;
/* Entries that may be there at the end, all of this account. */
extern long long hostile_good;
#define HOSTILE_GOOD "good"

/* An AddEntry that nobody may mind; it must succeed. */
void hostile_add_good(const char *after_what);
/* The counter echo_NAME_total, 0 when there is none yet. */
long long hostile_counter(const char *name);
/* Waits until the service has refused that many seals more than before. */
void hostile_refused(long long before, long long more);

/* The parts. */
void hostile_bytes(void);     /* hostile_bytes.c: what is no envelope */
void hostile_few_files(void); /* before the replica starts */
void hostile_half_open(void);
void hostile_seals(void); /* hostile_seals.c: whose envelope it is */
void hostile_splice(void);
void hostile_calls(void); /* hostile_calls.c: what is asked for */

#endif
