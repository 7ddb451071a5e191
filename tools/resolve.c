/* From names to ids, by asking who has them. */
#include <string.h>
#include <strings.h>

#include "registry.pb-c.h"
#include "scheduler.pb-c.h"
#include "services/common/base/id.h"
#include "services/common/base/text.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"
#include "tools/pages.h"
#include "tools/resolve.h"

/* The value of a field of a row, "" when it has none such. */
static const char *value(const ProtobufCMessage *row, const char *name)
{
	const field_type *field = field_find(row->descriptor, name);
	const char *text = field ? field_get(memory, row, field) : NULL;

	return text != NULL ? text : "";
}

/* Ask for a list narrowed by one field; the id of the one row whose key is
 * wanted. */
static const char *find(const char *service, const char *method_name,
			const char *narrow, const char *narrow_value,
			const char *key, const char *wanted, const char *id)
{
	struct client_method method;
	struct error error = { STATUS_OK };
	ProtobufCMessage *request, *reply, **rows;
	const char *found = NULL;
	size_t count, matches = 0;

	if (!client_find(service, method_name, &method))
		return NULL;
	request = message_new(memory, method.input);
	if (narrow != NULL)
		field_set(memory, request, field_find(method.input, narrow),
			  narrow_value, &error);
	reply = pages_call(&method, request, SIZE_MAX);
	if (reply == NULL)
		return NULL;
	rows = output_rows(reply, &count);
	for (size_t i = 0; i < count; i++)
		if (key == NULL ||
		    strcasecmp(value(rows[i], key), wanted) == 0) {
			found = value(rows[i], id);
			matches++;
		}
	if (matches == 1)
		return found;
	complain(matches == 0 ? "there is no %.*s %s."
			      : "there are several of that name: %.*s %s; give "
				"the id.",
		 (int)strlen(id) - 3, id, wanted);
	return NULL;
}

static const char *hub(const char *name)
{
	return find("registry", "ListHubs", NULL, NULL, "name", name, "hub_id");
}

static const char *network(const char *name)
{
	return find("registry", "ListNetworks", NULL, NULL, "slug", name,
		    "network_id");
}

static const char *person(const char *name)
{
	return find("registry", "FindPeopleByEmail", "email", name, NULL, name,
		    "person_id");
}

static const char *programme_of(const char *slug, const char *title)
{
	const char *id = network(slug);

	return id == NULL ? NULL
			  : find("scheduler", "ListProgrammes", "network_id",
				 id, "title", title, "programme_id");
}

static const char *misspelt(const char *what, const char *form,
			    const char *name)
{
	complain("a %s is written %s, not %s.", what, form, name);
	return NULL;
}

/* A title may hold slashes: the slug ends at the first one, and a session's
 * number begins after the last. */
static const char *programme(const char *name)
{
	const char *first = strchr(name, '/');

	if (first == NULL)
		return misspelt("programme", "SLUG/PROGRAMME", name);
	return programme_of(arena_copy(memory, name, (size_t)(first - name)),
			    first + 1);
}

static const char *session(const char *name)
{
	const char *last = strrchr(name, '/'), *id;

	if (last == NULL || last == strchr(name, '/'))
		return misspelt("session", "SLUG/PROGRAMME/NUMBER", name);
	id = programme(arena_copy(memory, name, (size_t)(last - name)));
	return id == NULL ? NULL
			  : find("scheduler", "ListSessions", "programme_id",
				 id, "number", last + 1, "session_id");
}

static const struct {
	const char *field, *form;
	const char *(*find)(const char *name);
} rows[] = {
	{ "hub_id", "id or name of the hub", hub },
	{ "network_id", "id or slug of the network", network },
	{ "programme_id", "id or SLUG/PROGRAMME", programme },
	{ "session_id", "id or SLUG/PROGRAMME/NUMBER", session },
	{ "person_id", "id or e-mail address", person },
};

const char *resolve_form(const char *field)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].field, field) == 0)
			return rows[i].form;
	return NULL;
}

const char *resolve(const char *field, const char *name)
{
	uint8_t id[ID_BYTES];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].field, field) == 0 && name[0] != '\0' &&
		    !id_parse(name, id))
			return rows[i].find(name);
	return name;
}
