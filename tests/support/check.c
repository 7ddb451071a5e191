/* check: say what failed, leave nothing behind. */
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "services/common/base/log.h"
#include "tests/support/check.h"

static struct stage *on_stage;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void check_on(struct stage *stage)
{
	on_stage = stage;
	log_open("test", "error");
	setvbuf(stdout, NULL, _IOLBF, 0);
}

void check_theme(const char *invariant)
{
	printf("-- %s\n", invariant);
}

void check_note(const char *format, ...)
{
	va_list args;

	fputs("   ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fputc('\n', stdout);
}

/* Other threads may still use the stage's keys, so nothing is freed. The lock
 * is never given back: one failure is enough. */
void check_failed(const char *file, int line, const char *expected,
		  const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&lock);
	printf("%s:%d: expected %s\n   saw ", file, line, expected);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fputc('\n', stdout);
	fflush(NULL);
	for (int i = 0; on_stage && i < on_stage->replica_count; i++) {
		stage_signal(on_stage, i, SIGCONT);
		stage_signal(on_stage, i, SIGKILL);
	}
	if (on_stage)
		database_drop(&on_stage->database);
	_exit(1);
}
