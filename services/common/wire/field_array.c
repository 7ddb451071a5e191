/*
 * field_array: PostgreSQL array literals, {a,"b c",NULL}, one dimension.
 *
 * Written as PostgreSQL writes them: quoted only where that is needed.
 */
#include <string.h>

#include "services/common/base/text.h"
#include "services/common/wire/field_array.h"

static bool is_null_word(const char *text, size_t length)
{
	static const char word[] = "null";

	if (length != sizeof(word) - 1)
		return false;
	for (size_t i = 0; i < length; i++) {
		if ((text[i] | 0x20) != word[i])
			return false;
	}
	return true;
}

void array_add(struct text *array, const char *value)
{
	text_add_char(array, array->length == 0 ? '{' : ',');
	if (value == NULL) {
		text_add(array, "NULL");
		return;
	}
	if (value[0] != '\0' && strpbrk(value, "{}\",\\ \t\n\r\v\f") == NULL &&
	    !is_null_word(value, strlen(value))) {
		text_add(array, value);
		return;
	}
	text_add_char(array, '"');
	while (*value != '\0') {
		size_t plain = strcspn(value, "\"\\");

		text_add_bytes(array, value, plain);
		value += plain;
		if (*value == '\0')
			break;
		text_add_char(array, '\\');
		text_add_char(array, *value++);
	}
	text_add_char(array, '"');
}

const char *array_end(struct text *array)
{
	text_add(array, array->length == 0 ? "{}" : "}");
	return array->bytes;
}

/* ---- reading ---- */

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\n\r\v\f");
}

/* From behind the opening quote to behind the closing one; NULL: no end. */
static const char *read_quoted(struct arena *arena, const char *at,
			       const char **value)
{
	size_t length = 0;
	char *text;

	for (size_t i = 0; at[i] != '"'; i++, length++) {
		if (at[i] == '\\')
			i++;
		if (at[i] == '\0')
			return NULL;
	}
	text = arena_alloc(arena, length + 1);
	for (size_t i = 0; i < length; i++) {
		if (*at == '\\')
			at++;
		text[i] = *at++;
	}
	*value = text;
	return at + 1;
}

static const char *read_bare(struct arena *arena, const char *at,
			     const char **value)
{
	size_t length = strcspn(at, ",{}\"\\");
	const char *end = at + length;

	while (length > 0 && strchr(" \t\n\r\v\f", at[length - 1]) != NULL)
		length--;
	if (length == 0)
		return NULL;
	*value = is_null_word(at, length) ? NULL :
					    arena_copy(arena, at, length);
	return end;
}

/* Reads "{" or "," and the value behind it, or the end. */
enum array_item array_next(struct arena *arena, const char **at,
			   bool first, const char **value)
{
	const char *here = skip_space(*at);

	if (first && *here == '{' && *skip_space(here + 1) == '}')
		here = skip_space(here + 1);
	else if (first && *here != '{')
		return ARRAY_MALFORMED;
	if (*here == '}')
		return *skip_space(here + 1) == '\0' ? ARRAY_END :
						       ARRAY_MALFORMED;
	if (!first && *here != ',')
		return ARRAY_MALFORMED;
	here = skip_space(here + 1);
	here = *here == '"' ? read_quoted(arena, here + 1, value) :
			      read_bare(arena, here, value);
	if (here == NULL)
		return ARRAY_MALFORMED;
	*at = here;
	return ARRAY_VALUE;
}
