/* compose: texts, dates, headers; and what hostile values cannot do. */
#include <criterion/criterion.h>
#include <string.h>

#include "services/notifier/compose.h"
#include "services/notifier/encode.h"
#include "services/notifier/render.h"

static struct arena *arena;

static void make_arena(void)
{
	arena = arena_new(4096);
}

static void drop_arena(void)
{
	arena_free(arena);
}

TestSuite(compose, .init = make_arena, .fini = drop_arena);

static const struct compose_sender sender = { "echo@example.org", "" };

static Notifier__Mail row(void)
{
	Notifier__Mail mail = NOTIFIER__MAIL__INIT;

	mail.reference = "7.0.abcd";
	mail.method = "";
	mail.address = "ann@example.org";
	mail.full_name = "Ann Alder";
	mail.name = "Ann";
	mail.language = "en";
	mail.subject = "Tomorrow: {{title}}, {{date}}";
	mail.text = "Dear {{name}},\n\nWhen: {{when}}\nSpeaker: {{speaker}}\n"
		    "Join: {{join_url}}\n\n{{hub}}\n";
	mail.session_id = "50000000-0000-0000-0000-000000000001";
	mail.title = "Breathlessness";
	mail.start_local = "2021-04-09T11:00:00";
	mail.zone = "Europe/London";
	mail.minutes = 90;
	mail.join_url = "https://zoom.example.org/j/1?a=1&b=2";
	mail.uid = "s1@echo";
	mail.hub = "St Nobody's (North)";
	mail.reply_to = "lead@example.org";
	return mail;
}

static struct mail make(const Notifier__Mail *from)
{
	struct error error = { STATUS_OK, "", "" };
	struct mail mail;

	cr_assert_eq(compose(arena, from, &sender,
			     INT64_C(1617962400) * 1000000, &mail, &error),
		     STATUS_OK, "%s", error.message);
	return mail;
}

static bool has_header(const struct mail *mail, const char *line)
{
	for (int i = 0; mail->headers[i]; i++)
		if (!strcmp(mail->headers[i], line))
			return true;
	return false;
}

Test(compose, writes_a_mail)
{
	Notifier__Mail from = row();
	struct mail mail = make(&from);

	cr_assert_str_eq(mail.plain,
			 "Dear Ann,\r\n\r\n"
			 "When: Friday 9 April 2021, 11:00 to 12:30, UK time\r\n"
			 "Join: https://zoom.example.org/j/1?a=1&b=2\r\n\r\n"
			 "St Nobody's (North)\r\n");
	cr_assert(has_header(&mail, "Subject: Tomorrow: Breathlessness, "
				    "Friday 9 April 2021"));
	cr_assert(has_header(&mail, "From: \"St Nobody's (North)\" "
				    "<echo@example.org>"));
	cr_assert(has_header(&mail, "To: \"Ann Alder\" <ann@example.org>"));
	cr_assert(has_header(&mail, "Reply-To: <lead@example.org>"));
	cr_assert(has_header(&mail, "Message-ID: <7.0.abcd@example.org>"));
	cr_assert(has_header(&mail, "Date: Fri, 09 Apr 2021 10:00:00 +0000"));
	cr_assert(has_header(&mail, "Auto-Submitted: auto-generated"));
	cr_assert_null(mail.calendar);
	cr_assert(strstr(mail.html, "<a href=\"https://zoom.example.org/j/1?"
				    "a=1&amp;b=2\">"));
}

Test(compose, writes_welsh)
{
	Notifier__Mail from = row();

	from.language = "cy";
	cr_assert(strstr(make(&from).plain, "dydd Gwener 9 Ebrill 2021, 11:00 "
					    "i 12:30, amser y DU"));
}

Test(compose, adds_the_calendar)
{
	Notifier__Mail from = row();
	struct mail mail;

	from.method = "CANCEL";
	mail = make(&from);
	cr_assert(strstr(mail.calendar, "METHOD:CANCEL"));
	cr_assert_str_eq(mail.method, "CANCEL");
}

Test(compose, keeps_markup_out)
{
	Notifier__Mail from = row();
	struct mail mail;

	from.name = "<script>alert(1)</script>";
	from.join_url = "https://x.example/\"><b>";
	from.title = "{{hub}} & <i>";
	mail = make(&from);
	cr_assert(!strstr(mail.html, "<script>"));
	cr_assert(!strstr(mail.html, "<b>"));
	cr_assert(strstr(mail.html, "<title>Tomorrow: {{hub}} &amp; &lt;i&gt;"));
}

Test(compose, refuses_what_would_break_a_header)
{
	const char *const hostile[] = { "a\r\nBcc: x@example.org", "a\nb",
					"a\rb", "a\tb", "a\x01" "b" };

	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		Notifier__Mail rows[5] = { row(), row(), row(), row(), row() };
		char *value = (char *)(uintptr_t)hostile[i];

		rows[0].title = rows[1].full_name = rows[2].hub = value;
		rows[3].reply_to = rows[4].address = value;
		for (int n = 0; n < 5; n++) {
			struct error error = { STATUS_OK, "", "" };
			struct mail mail;

			cr_assert_eq(compose(arena, &rows[n], &sender, 0, &mail,
					     &error), STATUS_INVALID,
				     "%zu %d", i, n);
		}
	}
}

Test(compose, refuses_addresses_that_are_more_than_one)
{
	const char *const hostile[] = { "", "a@x,b@x", "a@x> <b@x", "a b@x",
					"\"a\"@x", "a@x;" };

	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		Notifier__Mail from = row();
		struct error error = { STATUS_OK, "", "" };
		struct mail mail;

		from.address = (char *)(uintptr_t)hostile[i];
		cr_assert_eq(compose(arena, &from, &sender, 0, &mail, &error),
			     STATUS_INVALID, "%s", hostile[i]);
	}
}

Test(compose, knows_the_names_of_templates)
{
	cr_assert_null(render_check(arena, "{{name}} {{when}} { {and} }"));
	cr_assert_str_eq(render_check(arena, "a {{name}} b {{nam}}"), "nam");
	cr_assert_str_eq(render_check(arena, "{{}}"), "");
}

Test(compose, encodes_header_text)
{
	const struct {
		const char *text, *encoded;
	} cases[] = {
		{ "plain, (text): yes", "plain, (text): yes" },
		{ "Ŵyn", "=?UTF-8?B?xbR5bg==?=" },
		{ "=?x?= is not encoded", "=?UTF-8?B?PT94Pz0gaXMgbm90IGVuY29k"
					  "ZWQ=?=" },
		/* 44 letters, then a character of two bytes: not cut */
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "\xc3\xa9",
		  "=?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		  "YWFhYWFhYWE=?=\r\n =?UTF-8?B?w6k=?=" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_assert_str_eq(encode_text(arena, cases[i].text),
				 cases[i].encoded);
	cr_assert_str_eq(encode_name(arena, "A \"B\" \\ C"),
			 "\"A \\\"B\\\" \\\\ C\"");
}
