/*
 * log: logfmt on standard error, one write a line, one line a request.
 *
 *   ts=2021-04-09T10:00:00.000Z level=info svc=registry msg=ready port=7101
 *
 * Values are quoted when they need it; CR, LF and other control characters
 * are escaped, so that no input can forge a line. Any thread may log.
 * Nothing secret and no member's name or address is ever logged.
 */
#ifndef ECHO_BASE_LOG_H
#define ECHO_BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Called once at start. level_name: debug, info, warn, error. */
void log_open(const char *service_name, const char *level_name);

/*
 * The message, then pairs of key and text value, ended by NULL:
 *     log_line(LOG_WARN, "listener recreated", "url", url, NULL);
 */
void log_line(enum log_level level, const char *message, ...)
	__attribute__((sentinel));

/* The same, then exit(1): for what makes it pointless to go on. */
void log_fatal(const char *message, ...)
	__attribute__((sentinel, noreturn));

/* A number as text for log_line; lives in a ring of the calling thread, valid
 * for the next 16 calls. */
const char *log_int(long long value);

#endif
