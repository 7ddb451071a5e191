/* smtp: libcurl's easy interface; its multi interface blocks for SMTP. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "services/common/base/log.h"
#include "services/notifier/smtp.h"

struct smtp {
	CURL *curl;
	const struct smtp_relay *relay;
	/* one submission */
	const char *last_part; /* its bytes are read last */
	size_t last_read;
	smtp_dot *dot;
	void *context;
	bool asked, broken_off; /* dot was asked; and said no */
	/* the conversation so far */
	bool greeted;           /* a new connection */
	const char *stage;
	bool quitting;
	int code;
	char text[SMTP_TEXT];
};

/* ---- the conversation, as curl reports it ---- */

static const char *stage_of(const char *command, const char *stage)
{
	static const char *const verbs[] = { "RCPT", "DATA" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strncasecmp(command, verbs[i], 4))
			return verbs[i];
	return stage;
}

static void copy_printable(char *to, const char *from, size_t length)
{
	size_t n = 0;

	for (size_t i = 0; i < length && n < SMTP_TEXT - 1; i++)
		if (from[i] != '\r' && from[i] != '\n')
			to[n++] = from[i] < ' ' || from[i] > '~' ? '?'
								 : from[i];
	to[n] = '\0';
}

/* The last line of a reply: three digits and a space, or nothing more. */
static void note_reply(struct smtp *smtp, const char *line, size_t length)
{
	char digits[4] = "";

	if (length < 4 || line[3] == '-' || smtp->quitting)
		return;
	memcpy(digits, line, 3);
	smtp->code = atoi(digits);
	copy_printable(smtp->text, line, length);
	if (!*smtp->stage && smtp->code == 220)
		smtp->greeted = true;
}

static void note_command(struct smtp *smtp, const char *line, size_t length)
{
	if (length < 4)
		return;
	smtp->quitting = !strncasecmp(line, "QUIT", 4);
	if (smtp->quitting)
		return;
	smtp->stage = stage_of(line, smtp->stage);
	smtp->code = 0;
	smtp->text[0] = '\0';
}

static int on_debug(CURL *curl, curl_infotype type, char *data, size_t size,
		    void *context)
{
	(void)curl;
	if (type == CURLINFO_HEADER_IN)
		note_reply(context, data, size);
	else if (type == CURLINFO_HEADER_OUT)
		note_command(context, data, size);
	return 0;
}

/* ---- the barrier ---- */

/*
 * The last part's bytes, and then, before the end that lets curl write the
 * closing boundary and the dot, the question. Once it is answered yes, a
 * reply is a reply to the dot, and no reply is doubt.
 */
static size_t read_last_part(char *buffer, size_t size, size_t count,
			     void *context)
{
	struct smtp *smtp = context;
	size_t length = strlen(smtp->last_part + smtp->last_read);

	if (length > size * count)
		length = size * count;
	memcpy(buffer, smtp->last_part + smtp->last_read, length);
	smtp->last_read += length;
	if (length || smtp->asked)
		return length;
	smtp->asked = true;
	if (!smtp->dot(smtp->context)) {
		smtp->broken_off = true;
		return CURL_READFUNC_ABORT;
	}
	smtp->stage = ".";
	smtp->code = 0;
	smtp->text[0] = '\0';
	return 0;
}

/* ---- the message ---- */

static curl_mimepart *add_part(curl_mime *mime, const char *type,
			       const char *encoding)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	curl_mime_type(part, type);
	curl_mime_encoder(part, encoding);
	return part;
}

static void set_last(struct smtp *smtp, curl_mimepart *part, const char *bytes)
{
	smtp->last_part = bytes;
	smtp->last_read = 0;
	curl_mime_data_cb(part, -1, read_last_part, NULL, NULL, smtp);
}

static void add_text(curl_mime *mime, const char *type, const char *text)
{
	curl_mime_data(add_part(mime, type, "quoted-printable"), text,
		       CURL_ZERO_TERMINATED);
}

static void add_attachment(struct smtp *smtp, curl_mime *mixed,
			   const struct mail *mail)
{
	curl_mimepart *part = add_part(mixed, "application/ics; "
					      "name=\"invite.ics\"", "base64");

	set_last(smtp, part, mail->calendar);
	curl_mime_filename(part, "invite.ics");
}

static curl_mime *make_mime(struct smtp *smtp, const struct mail *mail)
{
	curl_mime *mixed = curl_mime_init(smtp->curl);
	curl_mime *alternative = curl_mime_init(smtp->curl);
	curl_mimepart *part = curl_mime_addpart(mixed);
	char type[64];

	curl_mime_subparts(part, alternative);
	curl_mime_type(part, "multipart/alternative");
	add_text(alternative, "text/plain; charset=utf-8", mail->plain);
	if (!mail->calendar) {
		set_last(smtp, add_part(alternative, "text/html; charset=utf-8",
					"quoted-printable"), mail->html);
		return mixed;
	}
	add_text(alternative, "text/html; charset=utf-8", mail->html);
	snprintf(type, sizeof(type), "text/calendar; method=%s; charset=utf-8",
		 mail->method);
	add_text(alternative, type, mail->calendar);
	add_attachment(smtp, mixed, mail);
	return mixed;
}

static struct curl_slist *make_list(const char *const lines[])
{
	struct curl_slist *list = NULL;

	for (; *lines; lines++)
		list = curl_slist_append(list, *lines);
	return list;
}

/* ---- what became of it ---- */

static const struct {
	const char *stage; /* NULL: any */
	int low, high;     /* codes; 0 is a broken connection */
	const char *class; /* how the reply's enhanced code begins; "": any */
	enum smtp_outcome outcome;
} meanings[] = {
	{ ".", 0, 0, "", SMTP_IN_DOUBT },
	{ ".", 200, 299, "", SMTP_SENT },
	{ "", 0, 599, "", SMTP_RELAY_DOWN },
	{ NULL, 421, 421, "", SMTP_DOMAIN_BUSY },
	{ NULL, 400, 499, "4.7.", SMTP_DOMAIN_BUSY },
	{ NULL, 500, 599, "5.1.", SMTP_BOUNCED },
	{ NULL, 500, 599, "5.2.1", SMTP_BOUNCED },
	{ NULL, 500, 599, "", SMTP_REFUSED },
	{ NULL, 0, 499, "", SMTP_RETRY },
};

static bool has_class(const char *text, const char *class)
{
	return strlen(text) >= 4 && !strncmp(text + 4, class, strlen(class));
}

enum smtp_outcome smtp_classify(const char *stage, int code, const char *text)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if ((!meanings[i].stage || !strcmp(meanings[i].stage, stage)) &&
		    code >= meanings[i].low && code <= meanings[i].high &&
		    (!*meanings[i].class || has_class(text, meanings[i].class)))
			return meanings[i].outcome;
	return SMTP_RETRY;
}

static struct smtp_result conclude(const struct smtp *smtp, CURLcode rc)
{
	struct smtp_result result = { .code = smtp->code };

	memcpy(result.text, smtp->text, sizeof(result.text));
	result.outcome = smtp->broken_off
				 ? SMTP_BROKEN_OFF
				 : smtp_classify(smtp->stage, smtp->code,
						 smtp->text);
	if (!smtp->code)
		copy_printable(result.text, curl_easy_strerror(rc),
			       strlen(curl_easy_strerror(rc)));
	return result;
}

static CURLcode perform(struct smtp *smtp, const struct mail *mail)
{
	struct curl_slist *headers = make_list(mail->headers);
	struct curl_slist *to = curl_slist_append(NULL, mail->to);
	curl_mime *mime = make_mime(smtp, mail);
	CURLcode rc;

	smtp->greeted = smtp->quitting = smtp->asked = smtp->broken_off = false;
	smtp->stage = "";
	smtp->code = 0;
	smtp->text[0] = '\0';
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(smtp->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(smtp->curl, CURLOPT_MIMEPOST, mime);
	rc = curl_easy_perform(smtp->curl);
	curl_easy_setopt(smtp->curl, CURLOPT_MIMEPOST, NULL);
	curl_easy_setopt(smtp->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_mime_free(mime);
	curl_slist_free_all(headers);
	curl_slist_free_all(to);
	return rc;
}

struct smtp_result smtp_submit(struct smtp *smtp, const struct mail *mail,
			       smtp_dot *dot, void *context)
{
	struct smtp_result result;

	smtp->dot = dot;
	smtp->context = context;
	result = conclude(smtp, perform(smtp, mail));
	/* the relay may have closed an idle connection: that says nothing */
	if (result.outcome == SMTP_RELAY_DOWN && !smtp->greeted)
		result = conclude(smtp, perform(smtp, mail));
	return result;
}

/* ---- the connection ---- */

void smtp_start(void)
{
	curl_global_init(CURL_GLOBAL_ALL);
}

struct smtp *smtp_open(const struct smtp_relay *relay)
{
	struct smtp *smtp = calloc(1, sizeof(*smtp));
	CURL *curl = curl_easy_init();

	if (!smtp || !curl)
		log_fatal("out of memory", NULL);
	smtp->curl = curl;
	smtp->relay = relay;
	curl_easy_setopt(curl, CURLOPT_URL, relay->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, relay->timeout_s);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 *relay->user ? (long)CURLUSESSL_ALL
				      : (long)CURLUSESSL_TRY);
	if (*relay->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, relay->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, relay->password);
	}
	return smtp;
}

void smtp_close(struct smtp *smtp)
{
	curl_easy_cleanup(smtp->curl);
	free(smtp);
}
