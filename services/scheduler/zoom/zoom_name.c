/* zoom_name: what people write where Zoom asks for a name. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "services/common/base/text.h"
#include "services/scheduler/zoom/zoom.h"

static bool is_letter(char c)
{
	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static void add_name(struct arena *arena, struct zoom_row *row,
		     const char *bytes, size_t length)
{
	while (length && bytes[length - 1] == ' ')
		length--;
	while (length && *bytes == ' ') {
		bytes++;
		length--;
	}
	/* A person's name has two parts at least. */
	if (row->name_count < ZOOM_NAMES_MAX && length &&
	    memchr(bytes, ' ', length))
		row->names[row->name_count++] =
			arena_copy(arena, bytes, length);
}

/* "Ann Smith - Ward 4": where the name ends and the rest begins. */
static size_t before_rest(const char *text)
{
	static const char *const marks[] = { " - ", " \u2013 ", " \u2014 ",
					     " | ", " @ ", " / " };
	size_t length = strlen(text);

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		const char *found = strstr(text, marks[i]);

		if (found && (size_t)(found - text) < length)
			length = (size_t)(found - text);
	}
	return length;
}

/* "Smith, Ann" and "Ann Smith, RN" look alike: both readings are names. */
static void add_outside(struct arena *arena, struct zoom_row *row,
			const char *text)
{
	size_t length = before_rest(text);
	const char *comma = memchr(text, ',', length);

	if (!comma) {
		add_name(arena, row, text, length);
		return;
	}
	add_name(arena, row, text, (size_t)(comma - text));
	text = arena_printf(arena, "%.*s %.*s",
			    (int)(length - (size_t)(comma + 1 - text)),
			    comma + 1, (int)(comma - text), text);
	add_name(arena, row, text, strlen(text));
}

void zoom_read_names(struct arena *arena, struct zoom_row *row)
{
	struct text outside = text_new(arena);
	const char *at = row->name;

	text_add(&outside, "");
	row->name_count = 0;
	while (*at) {
		size_t plain = strcspn(at, "([");
		size_t inside;

		text_add_bytes(&outside, at, plain);
		at += plain;
		if (!*at)
			break;
		inside = strcspn(++at, ")]");
		/* (she/her), (they/them) are no names */
		if (!memchr(at, '/', inside))
			add_name(arena, row, at, inside);
		at += inside;
		at += *at != '\0';
	}
	add_outside(arena, row, outside.bytes ? outside.bytes : "");
}

bool zoom_is_phone(const char *name)
{
	size_t digits = 0;

	if (!strncasecmp(name, "call-in user", 12) ||
	    !strncasecmp(name, "call in user", 12))
		return true;
	for (const char *c = name; *c; c++) {
		digits += isdigit((unsigned char)*c) || *c == '*';
		if (is_letter(*c))
			return false;
	}
	return digits >= 5;
}
