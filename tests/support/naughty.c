/* naughty: see naughty.h. */
#include <string.h>

#include "tests/support/naughty.h"

#define NUL_HERE "naughty@NUL"

static char much[200001]; /* filled on first use */

static const char *const strings[] = {
	"", " ", "\t", " x", "x ", "x\ny", "x\r\nBcc: all@example.org",
	"\x1b[2J", "\x7f", much,
	/* turned around, invisible, combined, beyond the first plane */
	"\u202Egro.elpmaxe@nna", "a\u200Bb", "\uFEFFx", "a\u2028b", "a\u2066b",
	"Z\u0351\u036B\u0343algo\u033A", "\U0001F600", "\uFFFD", "\u00AD",
	"\u0430nn@example.org", "ﬁ", "İ",
	/* not UTF-8: a stray byte, a cut one, overlong, a surrogate, too high */
	"\xff\xfe", "caf\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
	NUL_HERE,
	/* formulas and other languages */
	"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\"", "'", "\\", "\\x",
	"'; DROP TABLE person; --", "{}", "[]", "{NULL}", "NULL", "%s%n%x",
	"$1", "$(id)", "`id`", "../../etc/passwd", "<script>alert(1)</script>",
	"${jndi:ldap://x}", "a@b@c", "<a@example.org>", "a@example.org,b@c.org",
	/* what a date, a number or an id may take for its own */
	"infinity", "-infinity", "now", "today", "epoch", "2021-02-30",
	"0000-00-00", "99999-01-01", "4714-11-24 BC", "24:00", "1e999", "NaN",
	"9223372036854775808", "00000000-0000-0000-0000-000000000000",
	"{00000000-0000-4000-8000-000000000001}", "not-an-id", "true",
};
enum { STRINGS = sizeof(strings) / sizeof(strings[0]) };

static bool ends(const char *name, const char *suffix)
{
	size_t length = strlen(name), end = strlen(suffix);

	return length >= end && !strcmp(name + length - end, suffix);
}

/* Something that passes, so that the naughty field is the only one at fault:
 * names and reasons are often needed, codes seldom. */
static const char *plausible(const field_type *field)
{
	static const char *const needed[] = { "name", "title", "reason", "slug",
					      "text", "text_en", "document" };

	if (!strncmp(field->name, "parent_", 7))
		return NULL;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (ends(field->name, needed[i]))
			return "x";
	if (ends(field->name, "_id") || ends(field->name, "_ids"))
		return "00000000-0000-4000-8000-000000000001";
	if (ends(field->name, "_on"))
		return "2021-04-09";
	if (ends(field->name, "_local"))
		return "2021-04-09T10:00:00";
	if (ends(field->name, "email") || ends(field->name, "address"))
		return "ann@example.org";
	return NULL;
}

static void fill(struct arena *arena, ProtobufCMessage *message)
{
	const message_type *type = message->descriptor;
	struct error error;

	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_type *field = &type->fields[i];
		const char *value = plausible(field);

		if (value && !field_is_repeated(field))
			field_set(arena, message, field, value, &error);
		else if (field->type == PROTOBUF_C_TYPE_ENUM &&
			 !field_is_repeated(field))
			*(int *)((char *)message + field->offset) = 1;
	}
}

ProtobufCMessage *naughty_plausible(struct arena *arena,
				    const message_type *type)
{
	ProtobufCMessage *message = message_new(arena, type);

	fill(arena, message);
	return message;
}

/* Codecs would refuse the string, as a client's does: past them. */
static void put(struct arena *arena, ProtobufCMessage *message,
		const field_type *field, const char *string)
{
	char *value = arena_strdup(arena, string);
	char *base = (char *)message;

	if (!field_is_repeated(field)) {
		*(char **)(base + field->offset) = value;
		return;
	}
	char **list = arena_array(arena, 1, sizeof(*list));

	list[0] = value;
	*(size_t *)(base + field->quantifier_offset) = 1;
	*(char ***)(base + field->offset) = list;
}

static void give_one(struct arena *arena, const ProtobufCMessage *outer,
		     const field_type *field, naughty_give *give, void *context)
{
	ProtobufCBinaryData body;
	char *nul;

	body.data = message_encode(arena, outer, &body.len);
	nul = memmem(body.data, body.len, NUL_HERE, strlen(NUL_HERE));
	if (nul)
		nul[strcspn(NUL_HERE, "@")] = '\0';
	give(context, field->name, body);
}

/* The string fields of message, which is outer or within it. */
static void each_field(struct arena *arena, const ProtobufCMessage *outer,
		       ProtobufCMessage *message, naughty_give *give,
		       void *context)
{
	const message_type *type = message->descriptor;

	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_type *field = &type->fields[i];
		size_t bytes = field_is_repeated(field) ? sizeof(size_t) : 0;
		void *kept;

		if (field->type != PROTOBUF_C_TYPE_STRING)
			continue;
		kept = *(void **)((char *)message + field->offset);
		for (size_t n = 0; n < STRINGS; n++) {
			put(arena, message, field, strings[n]);
			give_one(arena, outer, field, give, context);
		}
		*(void **)((char *)message + field->offset) = kept;
		if (bytes)
			memset((char *)message + field->quantifier_offset, 0,
			       bytes);
	}
}

void naughty_bodies(struct arena *arena, const message_type *type,
		    naughty_give *give, void *context)
{
	ProtobufCMessage *message = message_new(arena, type);

	if (!*much)
		memset(much, 'x', sizeof(much) - 1);
	fill(arena, message);
	each_field(arena, message, message, give, context);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_type *field = &type->fields[i];
		ProtobufCMessage *inner;

		if (!field_is_message(field) || !field_is_repeated(field))
			continue;
		inner = field_append(arena, message, field);
		fill(arena, inner);
		each_field(arena, message, inner, give, context);
	}
}
