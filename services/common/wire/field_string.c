/*
 * field_string: the kinds of string fields. The suffix of the name says what
 * the text must be; what SQL would print differently (the case of a UUID, the
 * space in a timestamp) is set in one form, so that texts can be compared.
 */
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/base/id.h"
#include "services/common/wire/field_kind.h"

static const char not_an_id[] =
	"must be a UUID such as 0190b3a2-7f00-7000-8000-0123456789ab";
static const char not_a_date[] = "must be a date such as 2021-04-09";
static const char not_local[] =
	"must be a local time such as 2021-04-09T11:00:00, without a zone";

static const char *text_problem(const char *text)
{
	if (!text_is_utf8(text, strlen(text)))
		return "must be UTF-8";
	if (text_has_control(text))
		return "must not hold control characters";
	return NULL;
}

/* 2021-04-09, by the clock's own calendar. */
static bool is_date(const char *text)
{
	char moment[32];
	int64_t at_us;

	if (strlen(text) != strlen("YYYY-MM-DD"))
		return false;
	strcpy(moment, text);
	strcat(moment, "T00:00:00Z");
	return clock_parse(moment, &at_us);
}

/* The canonical form of a local time, with a Z that it does not mean. Browsers
 * leave out the seconds. */
static bool read_local(const char *text, char moment[CLOCK_TEXT_MAX])
{
	size_t length = strlen(text);
	int64_t at_us;

	if (length > CLOCK_TEXT_MAX - sizeof(":00Z"))
		return false;
	strcpy(moment, text);
	strcat(moment, length == strlen("YYYY-MM-DDTHH:MM") ? ":00Z" : "Z");
	if (!clock_parse(moment, &at_us))
		return false;
	clock_format(at_us, moment);
	return true;
}

/* ---- one value ---- */

static const char *get_string(struct arena *arena, const field_type *field,
			      const void *value)
{
	const char *text = *(char *const *)value;

	(void)arena;
	(void)field;
	return text == NULL ? "" : text;
}

/* Of those whose "" stands for NULL. */
static const char *get_typed(struct arena *arena, const field_type *field,
			     const void *value)
{
	const char *text = get_string(arena, field, value);

	return text[0] == '\0' ? NULL : text;
}

static const char *check_string(const field_type *field, const void *value)
{
	return text_problem(get_string(NULL, field, value));
}

static const char *check_id(const field_type *field, const void *value)
{
	const char *text = get_typed(NULL, field, value);
	uint8_t id[ID_BYTES];

	return text == NULL || id_parse(text, id) ? NULL : not_an_id;
}

static const char *check_date(const field_type *field, const void *value)
{
	const char *text = get_typed(NULL, field, value);

	return text == NULL || is_date(text) ? NULL : not_a_date;
}

static const char *check_local(const field_type *field, const void *value)
{
	const char *text = get_typed(NULL, field, value);
	char moment[CLOCK_TEXT_MAX];

	return text == NULL || read_local(text, moment) ? NULL : not_local;
}

static const char *set_string(struct arena *arena, const field_type *field,
			      void *value, const char *text)
{
	(void)field;
	*(char **)value = arena_strdup(arena, text);
	return text_problem(text);
}

static const char *set_id(struct arena *arena, const field_type *field,
			  void *value, const char *text)
{
	uint8_t id[ID_BYTES];
	char canonical[ID_TEXT] = "";

	(void)field;
	if (text[0] != '\0') {
		if (!id_parse(text, id))
			return not_an_id;
		id_format(id, canonical);
	}
	*(char **)value = arena_strdup(arena, canonical);
	return NULL;
}

static const char *set_date(struct arena *arena, const field_type *field,
			    void *value, const char *text)
{
	(void)field;
	if (text[0] != '\0' && !is_date(text))
		return not_a_date;
	*(char **)value = arena_strdup(arena, text);
	return NULL;
}

static const char *set_local(struct arena *arena, const field_type *field,
			     void *value, const char *text)
{
	char moment[CLOCK_TEXT_MAX] = "Z";

	(void)field;
	if (text[0] != '\0' && !read_local(text, moment))
		return not_local;
	*(char **)value = arena_copy(arena, moment, strlen(moment) - 1);
	return NULL;
}

/* ---- which kind ---- */

#define STRING(sql, the_get, name)                                     \
	{                                                              \
		.size = sizeof(char *), .sql_type = sql,               \
		.sql_array = sql "[]", .json = JSON_TEXT,              \
		.get = the_get, .set = set_##name, .check = check_##name, \
	}

static const struct {
	const char *suffix;
	bool repeated;
	struct kind kind;
} suffixes[] = {
	{ "_id", false, STRING("uuid", get_typed, id) },
	{ "_ids", true, STRING("uuid", get_typed, id) },
	{ "_on", false, STRING("date", get_typed, date) },
	{ "_local", false, STRING("timestamp", get_typed, local) },
};

static const struct kind string_kind = STRING("text", get_string, string);

const struct kind *kind_of_string(const field_type *field)
{
	size_t length = strlen(field->name);
	size_t count = sizeof(suffixes) / sizeof(suffixes[0]);

	for (size_t i = 0; i < count; i++) {
		size_t tail = strlen(suffixes[i].suffix);

		if (suffixes[i].repeated == field_is_repeated(field) &&
		    length > tail &&
		    memcmp(field->name + length - tail, suffixes[i].suffix,
			   tail) == 0)
			return &suffixes[i].kind;
	}
	return &string_kind;
}
