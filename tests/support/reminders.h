/*
 * reminders: many due reminders for the tests of the sending engine: members,
 * sessions and plans written straight into the notifier's tables.
 */
#ifndef ECHO_TESTS_REMINDERS_H
#define ECHO_TESTS_REMINDERS_H

#include "tests/support/stage.h"

/* One network of so many members, written to at DOMAIN; every slow-th of them
 * (0: nobody) at slow.DOMAIN. */
void reminders_members(struct stage *stage, int members, const char *domain,
		       int slow);
/* One more session with one rule due now, for all members. Rules with a
 * calendar entry: invite. Without: hour_before. */
void reminders_due(struct stage *stage, const char *rule);

#endif
