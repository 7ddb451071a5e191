/*
 * log: a line is made on the stack and written at once, so that lines of
 * threads and of processes that share the pipe stay whole (PIPE_BUF).
 */
#include "services/common/base/log.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/common/base/clock.h"
#include "services/common/base/text.h"

#define LINE_BYTES_MAX PIPE_BUF
#define INT_RING 16

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

static const char *service = "-";
static enum log_level threshold = LOG_INFO;

struct line {
	char bytes[LINE_BYTES_MAX];
	size_t length;
	bool full; /* sticky: what came after did not fit */
};

void log_open(const char *service_name, const char *level_name)
{
	size_t count = sizeof(level_names) / sizeof(level_names[0]);

	service = service_name;
	threshold = LOG_INFO;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(level_names[i], level_name) == 0)
			threshold = (enum log_level)i;
	}
}

/* What may end an overlong line; its room is kept free. */
static const char cut_off[] = "\" truncated=true\n";

static void add(struct line *line, const char *piece, size_t length)
{
	size_t room = sizeof(line->bytes) - sizeof(cut_off) - line->length;

	if (line->full || length > room) {
		line->full = true;
		return;
	}
	memcpy(line->bytes + line->length, piece, length);
	line->length += length;
}

/* Even when the line is full. */
static void add_end(struct line *line, const char *piece)
{
	size_t length = strlen(piece);

	assert(line->length + length <= sizeof(line->bytes));
	memcpy(line->bytes + line->length, piece, length);
	line->length += length;
}

static void add_text(struct line *line, const char *text)
{
	add(line, text, strlen(text));
}

static bool needs_quotes(const char *value)
{
	if (value[0] == '\0')
		return true;
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return true;
	}
	return false;
}

static void add_escaped(struct line *line, unsigned char c)
{
	static const char known[] = "\n\r\t\"\\";
	static const char letters[] = "nrt\"\\";
	const char *found = strchr(known, c);
	char piece[8];

	assert(c != '\0');
	if (found != NULL)
		snprintf(piece, sizeof(piece), "\\%c", letters[found - known]);
	else
		snprintf(piece, sizeof(piece), "\\x%02x", c);
	add_text(line, piece);
}

static size_t character_length(const char *utf8)
{
	unsigned char c = (unsigned char)*utf8;

	if (c < 0x80)
		return 1;
	return c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
}

static bool is_control(const char *at)
{
	unsigned char c = (unsigned char)at[0];

	return c < 0x20 || c == 0x7f ||
	       (c == 0xc2 && (unsigned char)at[1] <= 0x9f);
}

/* Letters of any language are kept, unless the text is not UTF-8. */
static void add_value(struct line *line, const char *value)
{
	bool utf8 = text_is_utf8(value, strlen(value));
	size_t step;

	if (!needs_quotes(value)) {
		add_text(line, value);
		return;
	}
	add(line, "\"", 1);
	if (line->full)
		return;
	for (; *value != '\0'; value += step) {
		unsigned char c = (unsigned char)*value;

		step = utf8 ? character_length(value) : 1;
		if (!is_control(value) && c != '"' && c != '\\' &&
		    (c < 0x80 || utf8)) {
			add(line, value, step);
			continue;
		}
		for (size_t i = 0; i < step; i++)
			add_escaped(line, (unsigned char)value[i]);
	}
	add_end(line, "\"");
}

static void add_pair(struct line *line, const char *key, const char *value)
{
	if (line->length > 0)
		add(line, " ", 1);
	add_text(line, key);
	add(line, "=", 1);
	add_value(line, value == NULL ? "" : value);
}

/* Always with milliseconds: 2021-04-09T10:00:00.000Z. */
static void add_time(struct line *line)
{
	int64_t now_us = clock_wall();
	char text[CLOCK_TEXT_MAX];
	char millis[8];

	clock_format(now_us - now_us % CLOCK_SECOND, text);
	text[strlen(text) - 1] = '\0';
	snprintf(millis, sizeof(millis), ".%03dZ",
		 (int)(now_us % CLOCK_SECOND / 1000) % 1000);
	add_text(line, "ts=");
	add_text(line, text);
	add_text(line, millis);
}

static void write_line(const struct line *line)
{
	ssize_t written;

	do {
		written = write(STDERR_FILENO, line->bytes, line->length);
	} while (written < 0 && errno == EINTR);
}

static void log_pairs(enum log_level level, const char *message, va_list pairs)
{
	struct line line;
	const char *key;

	assert(level >= LOG_DEBUG && level <= LOG_ERROR);
	if (level < threshold)
		return;
	line.length = 0;
	line.full = false;
	add_time(&line);
	add_pair(&line, "level", level_names[level]);
	add_pair(&line, "svc", service);
	add_pair(&line, "msg", message);
	while ((key = va_arg(pairs, const char *)) != NULL)
		add_pair(&line, key, va_arg(pairs, const char *));
	add_end(&line, line.full ? cut_off + 1 : "\n");
	write_line(&line);
}

void log_line(enum log_level level, const char *message, ...)
{
	va_list pairs;

	va_start(pairs, message);
	log_pairs(level, message, pairs);
	va_end(pairs);
}

void log_fatal(const char *message, ...)
{
	va_list pairs;

	va_start(pairs, message);
	log_pairs(LOG_ERROR, message, pairs);
	va_end(pairs);
	exit(EXIT_FAILURE);
}

const char *log_int(long long value)
{
	static _Thread_local char ring[INT_RING][24];
	static _Thread_local unsigned next;
	char *text = ring[next++ % INT_RING];

	snprintf(text, sizeof(ring[0]), "%lld", value);
	return text;
}
