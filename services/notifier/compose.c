/* compose: HTML, headers and the parts of a mail. */
#include <string.h>
#include <time.h>

#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "services/notifier/calendar.h"
#include "services/notifier/compose.h"
#include "services/notifier/encode.h"
#include "services/notifier/mime.h"
#include "services/notifier/render.h"

/* ---- HTML ---- */

static void add_escaped(struct text *out, const char *bytes, size_t length)
{
	static const char special[] = "&<>\"'";
	static const char *const safe[] = { "&amp;", "&lt;", "&gt;", "&quot;",
					    "&#39;" };

	for (size_t i = 0; i < length; i++) {
		const char *found = bytes[i] ? strchr(special, bytes[i]) : NULL;

		if (found)
			text_add(out, safe[found - special]);
		else
			text_add_char(out, bytes[i]);
	}
}

/* A line, with its web addresses as links. */
static void add_html_line(struct text *out, const char *line, size_t length)
{
	const char *end = line + length;

	while (line < end) {
		size_t rest = (size_t)(end - line);
		const char *link = memmem(line, rest, "https://", 8);
		size_t size;

		if (!link)
			link = memmem(line, rest, "http://", 7);
		add_escaped(out, line, link ? (size_t)(link - line) : rest);
		if (!link)
			return;
		size = strcspn(link, " \t\n<>\"");
		text_add(out, "<a href=\"");
		add_escaped(out, link, size);
		text_add(out, "\">");
		add_escaped(out, link, size);
		text_add(out, "</a>");
		line = link + size;
	}
}

static const char *make_html(struct arena *arena, const char *language,
			     const char *subject, const char *plain)
{
	struct text out = text_new(arena);
	bool open = false;

	text_printf(&out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>"
			  "<meta charset=\"utf-8\">\n<title>", language);
	add_escaped(&out, subject, strlen(subject));
	text_add(&out, "</title></head>\n<body style=\"font: 16px/1.5 Arial, "
		       "sans-serif; max-width: 40em; margin: 1em\">\n");
	while (*plain) {
		size_t length = strcspn(plain, "\n");

		if (length) {
			text_add(&out, open ? "<br>\n" : "<p>");
			add_html_line(&out, plain, length);
		} else if (open) {
			text_add(&out, "</p>\n");
		}
		open = length > 0;
		plain += length + (plain[length] == '\n');
	}
	text_add(&out, open ? "</p>\n</body></html>\n" : "</body></html>\n");
	return out.bytes;
}

/* Mail's line ends. */
static const char *with_crlf(struct arena *arena, const char *text)
{
	struct text out = text_new(arena);

	for (; *text; text++) {
		if (*text == '\n')
			text_add_char(&out, '\r');
		if (*text != '\r')
			text_add_char(&out, *text);
	}
	return out.bytes;
}

/* ---- the whole ---- */

static bool fits_header(const char *value)
{
	return !text_has_control(value) && !strpbrk(value, "\r\n\t");
}

/* What must not break out of a header or of the envelope. */
static const char *unfit(const Notifier__Mail *row, const char *subject)
{
	const struct {
		const char *value, *what;
	} checks[] = {
		{ subject, "the subject" },
		{ row->address, "the address" },
		{ row->full_name, "the name" },
		{ row->hub, "the hub's name" },
		{ row->reply_to, "the hub's address" },
		{ row->reference, "the reference" },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (!fits_header(checks[i].value))
			return checks[i].what;
	if (!*row->address || strpbrk(row->address, " <>,;:\"()[]\\"))
		return "the address";
	return NULL;
}

const char *compose_message_id(struct arena *arena, const char *reference,
			       const struct compose_sender *sender)
{
	const char *at = strrchr(sender->address, '@');

	return arena_printf(arena, "%s@%s", reference,
			    at ? at + 1 : sender->address);
}

static const char *mailbox(struct arena *arena, const char *name,
			   const char *address)
{
	if (!*name)
		return arena_printf(arena, "<%s>", address);
	return arena_printf(arena, "%s <%s>", encode_name(arena, name),
			    address);
}

static const char *make_stamp(struct arena *arena, int64_t now_us)
{
	time_t at = (time_t)(now_us / CLOCK_SECOND);
	char stamp[64];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(stamp, sizeof(stamp), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return arena_strdup(arena, stamp);
}

static void add_headers(struct arena *arena, const Notifier__Mail *row,
			const struct compose_sender *sender,
			const char *subject, int64_t now_us, struct mail *mail)
{
	const char **header = mail->headers;

	*header++ = arena_printf(arena, "From: %s",
				 mailbox(arena, row->hub, sender->address));
	*header++ = arena_printf(arena, "To: %s",
				 mailbox(arena, row->full_name, row->address));
	if (strchr(row->reply_to, '@') && !strpbrk(row->reply_to, " <>,;\""))
		*header++ = arena_printf(arena, "Reply-To: <%s>",
					 row->reply_to);
	*header++ = arena_printf(arena, "Subject: %s",
				 encode_text(arena, subject));
	*header++ = arena_printf(arena, "Date: %s", make_stamp(arena, now_us));
	*header++ = arena_printf(
		arena, "Message-ID: <%s>",
		compose_message_id(arena, row->reference, sender));
	*header++ = arena_printf(arena, "Content-Language: %s", row->language);
	*header++ = "Auto-Submitted: auto-generated";
	*header = NULL;
}

/* What the entry says when it is opened. */
static const char *make_description(struct arena *arena,
				    const Notifier__Mail *row)
{
	const char *const pieces[] = { row->topic, row->objectives,
				       row->join_url };
	struct text out = text_new(arena);

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		if (*pieces[i] && out.length)
			text_add(&out, "\n\n");
		text_add(&out, pieces[i]);
	}
	return out.bytes;
}

static const char *make_calendar(struct arena *arena, const Notifier__Mail *row,
				 const struct compose_sender *sender,
				 int64_t now_us)
{
	const struct calendar_entry entry = {
		.uid = row->uid,
		.sequence = row->sequence,
		.cancelled = !strcmp(row->method, "CANCEL"),
		.summary = row->title,
		.description = make_description(arena, row),
		.location = row->join_url,
		.start_local = row->start_local,
		.zone = row->zone,
		.minutes = row->minutes,
		.start_at_us = row->start_at ? row->start_at->seconds *
						       CLOCK_SECOND
					     : 0,
		.organizer_name = row->hub,
		.organizer_address = sender->address,
		.attendee_name = row->full_name,
		.attendee_address = row->address,
		.now_us = now_us,
	};

	return calendar_object(arena, &entry);
}

static void add_message(struct arena *arena, struct mail *mail)
{
	const struct mime_parts parts = { mail->headers, mail->plain,
					  mail->html, mail->calendar,
					  mail->method };
	struct text message = mime_message(arena, &parts);

	mail->message = message.bytes;
	mail->length = message.length;
}

enum status compose(struct arena *arena, const Notifier__Mail *row,
		    const struct compose_sender *sender, int64_t now_us,
		    struct mail *mail, struct error *error)
{
	const struct page page = { arena, row, sender->public_url };
	const char *subject = render_subject(&page, row->subject);
	const char *problem = unfit(row, subject);
	const char *plain;

	if (problem)
		return error_set(
			error, STATUS_INVALID,
			arena_printf(arena, "%s holds characters that a mail "
				     "cannot carry", problem), "");
	plain = render_text(&page, row->text);
	*mail = (struct mail){ .from = sender->address, .to = row->address };
	add_headers(arena, row, sender, subject, now_us, mail);
	mail->plain = with_crlf(arena, plain);
	mail->html = with_crlf(arena, make_html(arena, row->language,
						subject, plain));
	if (*row->method) {
		mail->calendar = make_calendar(arena, row, sender, now_us);
		mail->method = row->method;
	}
	add_message(arena, mail);
	return STATUS_OK;
}
