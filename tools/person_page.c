/* person_page: see the header. */
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/wire/field.h"
#include "tools/command.h"
#include "tools/person_page.h"

static const struct {
	const char *service, *title, *about;
} parts[] = {
	{ "registry", "You and your memberships",
	  "Who you are, how to reach you, the networks you belong to, what you "
	  "agreed to, and who changed or looked at it." },
	{ "scheduler", "Sessions and attendance",
	  "What you were invited to, what you said, what you did, and where you "
	  "were." },
	{ "notifier", "Messages", "What was sent to you, or was not, and why." },
	{ "reporting", "Figures",
	  "What counts in the figures, without your name." },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* What no reader would call by its table's name. */
static const struct {
	const char *entity, *title;
} titles[] = {
	{ "attendance_row", "Rows about you in Zoom's lists" },
	{ "audit_event", "Who changed or looked at it" },
	{ "data_request", "Requests about your data" },
	{ "import_image", "As it was before an import" },
	{ "person_activity", "When you were last heard of" },
	{ "person_email", "E-mail addresses" },
	{ "person_key", "What you are found by" },
	{ "person_search", "What you are found by" },
	{ "status_change", "Changes of state" },
};

static void print_text(FILE *out, const char *text)
{
	static const char special[] = "<>&\"";
	static const char *const entities[] = { "&lt;", "&gt;", "&amp;",
						"&quot;" };

	for (; *text != '\0'; text++) {
		const char *found = strchr(special, *text);

		if (found != NULL)
			fputs(entities[found - special], out);
		else
			putc(*text, out);
	}
}

/* joined_on -> Joined on */
static void print_words(FILE *out, const char *name)
{
	char *words = arena_strdup(memory, name);

	for (char *c = words; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	if (*words >= 'a' && *words <= 'z')
		*words = (char)(*words - 'a' + 'A');
	print_text(out, words);
}

/* Whether it begins so, with digits for nines. */
static bool begins(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; text++, pattern++)
		if (*pattern == '9' ? *text < '0' || *text > '9'
				    : *text != *pattern)
			return false;
	return true;
}

/* 2021-04-09T10:00:00+00:00 -> 9 April 2021, 10:00 UTC; local times and dates
 * likewise. False: it is none. */
static bool print_time(FILE *out, const char *text)
{
	static const char *const months[] = {
		"January",   "February", "March",    "April",
		"May",       "June",     "July",     "August",
		"September", "October",  "November", "December"
	};
	bool timed = begins(text, "9999-99-99T99:99:99");
	const char *zone;
	int month, day;

	if (!begins(text, "9999-99-99"))
		return false;
	zone = text +
	       (timed ? strlen("9999-99-99T99:99:99") : strlen("9999-99-99"));
	if (timed && *zone == '.')
		zone += 1 + strspn(zone + 1, "0123456789");
	month = (text[5] - '0') * 10 + text[6] - '0';
	day = (text[8] - '0') * 10 + text[9] - '0';
	if (month < 1 || month > 12 ||
	    (*zone != '\0' && strcmp(zone, "+00:00") != 0))
		return false;
	fprintf(out, "<time datetime=\"%s\">%d %s %.4s", text, day,
		months[month - 1], text);
	if (timed)
		fprintf(out, ", %.5s", text + strlen("9999-99-99T"));
	fprintf(out, "%s</time>", *zone != '\0' ? " UTC" : "");
	return true;
}

/* As people read it: yes and no, dates, registered nurse. */
static void print_value(FILE *out, const char *text)
{
	size_t length = strlen(text);

	if (print_time(out, text))
		return;
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		fputs(*text == 't' ? "yes" : "no", out);
	else if (*text == '{' || strncmp(text, "[{", 2) == 0)
		fputs("(see person-data.json)", out);
	else if (strspn(text, "abcdefghijklmnopqrstuvwxyz_") == length)
		for (; *text != '\0'; text++)
			putc(*text == '_' ? ' ' : *text, out);
	else
		print_text(out, text);
}

static void print_element(FILE *out, const char *tag, const char *value)
{
	fprintf(out, "<%s>", tag);
	print_value(out, value);
	fprintf(out, "</%s>\n", tag);
}

/* ---- the rows of one table ---- */

#define COLUMNS_MAX 64

static const char *value_of(const Protection__Held *row, const char *name)
{
	for (size_t i = 0; i < row->n_fields; i++)
		if (strcmp(row->fields[i]->name, name) == 0)
			return row->fields[i]->value;
	return "";
}

/* The columns in which some row has something. */
static size_t find_columns(Protection__Held **rows, size_t count,
			   const char *columns[COLUMNS_MAX])
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < rows[i]->n_fields; j++) {
			const char *name = rows[i]->fields[j]->name;
			size_t at = 0;

			while (at < known && strcmp(columns[at], name) != 0)
				at++;
			if (at == known && known < COLUMNS_MAX)
				columns[known++] = name;
		}
	return known;
}

/* One entry is a list of names and values, several are a table. */
static void print_list(FILE *out, const Protection__Held *row)
{
	fputs("<dl>\n", out);
	for (size_t i = 0; i < row->n_fields; i++) {
		fputs("<dt>", out);
		print_words(out, row->fields[i]->name);
		fputs("</dt>\n", out);
		print_element(out, "dd", row->fields[i]->value);
	}
	fputs("</dl>\n", out);
}

static void print_table(FILE *out, Protection__Held **rows, size_t count,
			const char *id)
{
	const char *columns[COLUMNS_MAX];
	size_t width = find_columns(rows, count, columns);

	/* wide ones scroll, also by the keyboard */
	fprintf(out, "<div role=\"region\" aria-labelledby=\"%s\" "
		"tabindex=\"0\">\n<table aria-labelledby=\"%s\">\n<thead><tr>",
		id, id);
	for (size_t i = 0; i < width; i++) {
		fputs("<th scope=\"col\">", out);
		print_words(out, columns[i]);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; i < count; i++) {
		fputs("<tr>", out);
		for (size_t j = 0; j < width; j++)
			print_element(out, "td", value_of(rows[i], columns[j]));
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n</div>\n", out);
}

static void print_entity(FILE *out, const char *service,
			 Protection__Held **rows, size_t count)
{
	const char *id = arena_printf(memory, "%s-%s", service,
				      rows[0]->entity);

	const char *title = rows[0]->entity;

	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (strcmp(titles[i].entity, title) == 0)
			title = titles[i].title;
	fprintf(out, "<h3 id=\"%s\">", id);
	print_words(out, title);
	if (count > 1)
		fprintf(out, " (%zu)", count);
	fputs("</h3>\n", out);
	if (count == 1)
		print_list(out, rows[0]);
	else
		print_table(out, rows, count, id);
}

static void print_service(FILE *out, const struct held *held)
{
	Protection__Held **rows = held->data->rows;
	size_t count = held->data->n_rows, length, part = 0;

	while (part < PARTS && strcmp(parts[part].service, held->service) != 0)
		part++;
	if (part == PARTS)
		return;
	fprintf(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n"
		"<p>%s</p>\n", held->service, held->service, parts[part].title,
		parts[part].about);
	if (count == 0)
		fputs("<p>Nothing is held here.</p>\n", out);
	for (; count > 0; rows += length, count -= length) {
		length = 1;
		while (length < count && strcmp(rows[length]->entity,
						rows[0]->entity) == 0)
			length++;
		print_entity(out, held->service, rows, length);
	}
	fputs("</section>\n", out);
}

/* ---- what it is for, how long, and what one may ask ---- */

static void print_purposes(FILE *out,
			   const Registry__ListPurposesReply *purposes)
{
	fputs("<h2 id=\"purposes\">What it is used for</h2>\n<ul>\n", out);
	for (size_t i = 0; i < purposes->n_purposes; i++) {
		const Registry__Purpose *purpose = purposes->purposes[i];
		const char *basis = field_get(memory, &purpose->base,
			field_find(purpose->base.descriptor, "basis"));

		fputs("<li>", out);
		print_text(out, purpose->about_en);
		fputs(" (lawful basis: ", out);
		for (; basis != NULL && *basis != '\0'; basis++)
			putc(*basis == '_' ? ' ' : *basis, out);
		fputs(")</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static void print_retention(FILE *out, const struct held *held)
{
	size_t told = 0;

	fputs("<h2 id=\"retention\">How long it is kept</h2>\n<ul>\n", out);
	for (; held->service != NULL; held++)
		for (size_t i = 0; held->retention != NULL &&
		     i < held->retention->n_rules; i++) {
			const Protection__RetentionRule *rule =
				held->retention->rules[i];

			if (rule->keep_months == 0)
				continue;
			fprintf(out, "<li>%d months. ", rule->keep_months);
			print_text(out, rule->about);
			fputs("</li>\n", out);
			told++;
		}
	if (told == 0)
		fputs("<li>No time is set.</li>\n", out);
	fputs("</ul>\n", out);
}

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	"<title>Everything held about you</title>\n<style>\n"
	"body { font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 0 auto; "
	"padding: 1rem; color: #1b1b1b; background: #fff }\n"
	"[role=region] { overflow-x: auto }\n"
	"table { border-collapse: collapse }\n"
	"th, td { border: 1px solid #767676; padding: .25rem .5rem; "
	"text-align: left; vertical-align: top }\n"
	"dt { font-weight: bold }\n"
	"h1, h2, h3, p, li, dd { overflow-wrap: anywhere }\n"
	"time { white-space: nowrap }\n"
	"dd { margin: 0 0 .5rem 1rem }\n"
	"a:focus, [tabindex]:focus { outline: 3px solid #1d4ed8 }\n"
	"@media print {\nnav { display: none }\n[role=region] { overflow: visible }\n"
	"table { font-size: .7rem }\nh2, h3 { break-after: avoid }\n"
	"tr, dt, dd { break-inside: avoid }\ntd { overflow-wrap: anywhere }\n}\n"
	"</style>\n</head>\n<body>\n<main>\n<h1>Everything held about you</h1>\n"
	"<p>This is a copy of everything that this Project ECHO superhub and "
	"its hubs hold about you. Codes and entries for programs alone are "
	"left out here; the file person-data.json has them. It was made on ";
static const char contents[] = ".</p>\n<nav aria-label=\"Contents\">\n<ul>\n";
static const char rights[] =
	"<h2 id=\"rights\">What you may ask</h2>\n<p>You may have what is wrong "
	"put right, object to a use, take back what you agreed to, ask for "
	"all of this to be erased, and complain. Write to your hub or to the "
	"superhub: you get an answer within a month. You may also complain to "
	"the Information Commissioner, <a href=\"https://ico.org.uk\">"
	"ico.org.uk</a>.</p>\n";

void person_page(FILE *out, const struct held *held,
		 const Registry__ListPurposesReply *purposes)
{
	char today[CLOCK_TEXT_MAX];

	clock_format(clock_wall(), today);
	today[strlen("9999-99-99")] = '\0';
	fputs(head, out);
	print_time(out, today);
	fputs(contents, out);
	for (size_t i = 0; i < PARTS; i++)
		fprintf(out, "<li><a href=\"#%s\">%s</a></li>\n",
			parts[i].service, parts[i].title);
	fputs("<li><a href=\"#purposes\">What it is used for</a></li>\n"
	      "<li><a href=\"#retention\">How long it is kept</a></li>\n"
	      "<li><a href=\"#rights\">What you may ask</a></li>\n"
	      "</ul>\n</nav>\n", out);
	for (const struct held *each = held; each->service != NULL; each++)
		print_service(out, each);
	print_purposes(out, purposes);
	print_retention(out, held);
	fputs(rights, out);
	fputs("</main>\n</body>\n</html>\n", out);
}
