/* render: texts with {{name}}, and dates as people write them. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "services/common/base/text.h"
#include "services/notifier/render.h"

/* ---- dates as people write them ---- */

static const char *const days[2][7] = {
	{ "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	  "Saturday" },
	{ "dydd Sul", "dydd Llun", "dydd Mawrth", "dydd Mercher", "dydd Iau",
	  "dydd Gwener", "dydd Sadwrn" },
};
static const char *const months[2][12] = {
	{ "January", "February", "March", "April", "May", "June", "July",
	  "August", "September", "October", "November", "December" },
	{ "Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
	  "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr" },
};

static int language_of(const Notifier__Mail *row)
{
	return !strcmp(row->language, "cy");
}

/* The wall time, extra_minutes later. */
static struct tm wall_time(const Notifier__Mail *row, int extra_minutes)
{
	struct tm tm = { 0 };
	time_t at;

	sscanf(row->start_local, "%d-%d-%d%*c%d:%d", &tm.tm_year, &tm.tm_mon,
	       &tm.tm_mday, &tm.tm_hour, &tm.tm_min);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	at = timegm(&tm) + extra_minutes * 60;
	gmtime_r(&at, &tm);
	return tm;
}

static const char *make_date(struct arena *arena, const Notifier__Mail *row)
{
	struct tm tm = wall_time(row, 0);
	int language = language_of(row);

	return arena_printf(arena, "%s %d %s %d", days[language][tm.tm_wday],
			    tm.tm_mday, months[language][tm.tm_mon],
			    tm.tm_year + 1900);
}

static const char *make_time(struct arena *arena, const Notifier__Mail *row)
{
	struct tm tm = wall_time(row, 0);

	return arena_printf(arena, "%02d:%02d", tm.tm_hour, tm.tm_min);
}

static const char *make_when(struct arena *arena, const Notifier__Mail *row)
{
	struct tm end = wall_time(row, row->minutes);
	int language = language_of(row);
	const char *zone;

	if (!strcmp(row->zone, "Europe/London"))
		zone = language ? "amser y DU" : "UK time";
	else
		zone = arena_printf(arena, language ? "amser %s" : "%s time",
				    row->zone);
	return arena_printf(arena, "%s, %s %s %02d:%02d, %s",
			    make_date(arena, row), make_time(arena, row),
			    language ? "i" : "to", end.tm_hour, end.tm_min,
			    zone);
}

/* ---- the fixed set of names ---- */

#define FIELD(field)                                              \
	static const char *value_##field(const struct page *page) \
	{                                                         \
		return page->row->field;                          \
	}
FIELD(name)
FIELD(title)
FIELD(topic)
FIELD(objectives)
FIELD(network)
FIELD(hub)
FIELD(facilitator)
FIELD(speaker)
FIELD(join_url)
FIELD(reason)

static const char *value_date(const struct page *page)
{
	return make_date(page->arena, page->row);
}

static const char *value_time(const struct page *page)
{
	return make_time(page->arena, page->row);
}

static const char *value_when(const struct page *page)
{
	return make_when(page->arena, page->row);
}

static const char *value_session_url(const struct page *page)
{
	if (!*page->public_url)
		return "";
	return arena_printf(page->arena, "%s/sessions/%s",
			    page->public_url, page->row->session_id);
}

static const char *value_link(const struct page *page)
{
	if (!*page->public_url || !*page->row->path)
		return "";
	return arena_printf(page->arena, "%s%s", page->public_url,
			    page->row->path);
}

static const struct {
	const char *name;
	const char *(*value)(const struct page *page);
} values[] = {
	{ "name", value_name },
	{ "title", value_title },
	{ "topic", value_topic },
	{ "objectives", value_objectives },
	{ "date", value_date },
	{ "time", value_time },
	{ "when", value_when },
	{ "network", value_network },
	{ "hub", value_hub },
	{ "facilitator", value_facilitator },
	{ "speaker", value_speaker },
	{ "join_url", value_join_url },
	{ "reason", value_reason },
	{ "session_url", value_session_url },
	{ "link", value_link },
};

static const char *value_of(const struct page *page, const char *name)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i].name, name))
			return values[i].value(page);
	return "";
}

/* ---- templates ---- */

/* The next {{name}} in a line of this length: its start and name, or NULL. */
static const char *next_name(struct arena *arena, const char *line,
			     size_t length, const char **name)
{
	const char *open = memmem(line, length, "{{", 2);
	const char *close;

	if (!open)
		return NULL;
	close = memmem(open, length - (size_t)(open - line), "}}", 2);
	if (!close)
		return NULL;
	*name = arena_copy(arena, open + 2, (size_t)(close - open) - 2);
	return open;
}

/* False when the line has a name whose value is empty. */
static bool add_line(struct text *out, const struct page *page,
		     const char *line, size_t length)
{
	const char *end = line + length;
	const char *open, *name;

	while ((open = next_name(page->arena, line, (size_t)(end - line),
				 &name))) {
		const char *value = value_of(page, name);

		if (!*value)
			return false;
		text_add_bytes(out, line, (size_t)(open - line));
		text_add(out, value);
		line = open + strlen(name) + 4;
	}
	text_add_bytes(out, line, (size_t)(end - line));
	return true;
}

const char *render_text(const struct page *page, const char *template)
{
	struct text out = text_new(page->arena);
	bool blank = true; /* no two blank lines, none at the top */

	while (*template) {
		size_t length = strcspn(template, "\n");
		struct text line = text_new(page->arena);
		bool kept = add_line(&line, page, template, length);

		if (kept && (length || !blank)) {
			text_add(&out, line.bytes);
			text_add_char(&out, '\n');
			blank = !length;
		}
		template += length + (template[length] == '\n');
	}
	return out.bytes;
}

const char *render_subject(const struct page *page, const char *template)
{
	struct text out = text_new(page->arena);

	add_line(&out, page, template, strlen(template));
	return out.bytes;
}

const char *render_check(struct arena *arena, const char *template)
{
	const char *name, *open;

	while ((open = next_name(arena, template, strlen(template), &name))) {
		size_t i = 0;

		while (i < sizeof(values) / sizeof(*values) &&
		       strcmp(values[i].name, name))
			i++;
		if (i == sizeof(values) / sizeof(*values))
			return name;
		template = open + strlen(name) + 4;
	}
	return NULL;
}
