/* The bar. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "services/common/base/clock.h"
#include "tools/progress.h"

#define BAR 30

static struct {
	const char *what;
	size_t total;
	int64_t begun_us, drawn_us;
	bool terminal, visible;
} state;

void progress_begin(const char *what, size_t total)
{
	state.what = what;
	state.total = total;
	state.begun_us = state.drawn_us = clock_monotonic();
	state.terminal = isatty(STDERR_FILENO);
	state.visible = false;
}

static void print_duration(int64_t seconds)
{
	if (seconds >= 3600)
		fprintf(stderr, "%lld:%02lld:%02lld",
			(long long)(seconds / 3600),
			(long long)(seconds / 60 % 60),
			(long long)(seconds % 60));
	else
		fprintf(stderr, "%lld:%02lld", (long long)(seconds / 60),
			(long long)(seconds % 60));
}

static void draw(size_t done, int64_t now_us)
{
	int64_t spent_us = now_us - state.begun_us;
	double rate = (double)done * 1e6 / (double)spent_us;
	size_t filled = state.total > 0 ? done * BAR / state.total : 0;

	if (state.terminal) {
		fputs("\r\033[K[", stderr);
		for (size_t i = 0; i < BAR; i++)
			fputc(i < filled ? '#' : '.', stderr);
		fputs("] ", stderr);
	}
	if (state.total > 0)
		fprintf(stderr, "%s: %zu of %zu (%zu %%), %.0f/s", state.what,
			done, state.total, done * 100 / state.total, rate);
	else
		fprintf(stderr, "%s: %zu, %.0f/s", state.what, done, rate);
	if (done > 0 && done < state.total) {
		fputs(", still ", stderr);
		print_duration((int64_t)((double)(state.total - done) / rate));
	}
	if (!state.terminal)
		fputc('\n', stderr);
	fflush(stderr);
	state.visible = state.terminal;
	state.drawn_us = now_us;
}

void progress_at(size_t done)
{
	int64_t now_us = clock_monotonic();
	int64_t pause_us = state.terminal ? CLOCK_SECOND / 5
					  : CLOCK_SECOND * 10;

	if (now_us - state.drawn_us >= pause_us)
		draw(done, now_us);
}

void progress_hide(void)
{
	if (state.visible)
		fputs("\r\033[K", stderr);
	state.visible = false;
}

void progress_end(void)
{
	progress_hide();
}
