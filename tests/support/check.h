/*
 * check: the assertions of system tests. A check that fails prints where it
 * stands, what was expected and what was seen, kills the stage's processes,
 * drops its database and exits 1, from whatever thread. A check that holds
 * says nothing; check_theme says which invariant the next ones hold.
 */
#ifndef ECHO_TESTS_CHECK_H
#define ECHO_TESTS_CHECK_H

#include "tests/support/stage.h"

/* The stage that a failed check ends; once, before the first check. */
void check_on(struct stage *stage);
/* One line: the invariant that is now put to the test. */
void check_theme(const char *invariant);
/* One line of figures, indented; for people, never judged. */
void check_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check_failed(const char *file, int line, const char *expected,
		  const char *format, ...)
	__attribute__((format(printf, 4, 5), noreturn));

#define CHECK(condition, ...)                                        \
	do {                                                         \
		if (!(condition))                                    \
			check_failed(__FILE__, __LINE__, #condition, \
				     __VA_ARGS__);                   \
	} while (0)

#define CHECK_NUMBER(seen, relation, expected)                              \
	do {                                                                \
		long long seen_ = (seen), expected_ = (expected);           \
		if (!(seen_ relation expected_))                            \
			check_failed(__FILE__, __LINE__,                    \
				     #seen " " #relation " " #expected,     \
				     "%lld, not " #relation " %lld", seen_, \
				     expected_);                            \
	} while (0)

#define CHECK_STATUS(seen, expected)                                \
	do {                                                        \
		enum status seen_ = (seen), expected_ = (expected); \
		if (seen_ != expected_)                             \
			check_failed(__FILE__, __LINE__,            \
				     #seen " is " #expected, "%s",  \
				     status_name(seen_));           \
	} while (0)

#endif
