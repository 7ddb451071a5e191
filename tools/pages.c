/* Page after page into one reply. */
#include <string.h>

#include "tools/command.h"
#include "tools/output.h"
#include "tools/pages.h"

/* The field of a row that this field of the request goes on after. */
static const field_type *mark_of(const field_type *field,
				 const message_type *row)
{
	if (strncmp(field->name, "after_", 6) == 0)
		return field_find(row, field->name + 6);
	if (strncmp(field->name, "before_", 7) == 0)
		return field_find(row, field->name + 7);
	return NULL;
}

/* Make the request ask for what comes after this row. */
static bool go_on(ProtobufCMessage *request, const ProtobufCMessage *last)
{
	const message_type *type = request->descriptor;
	struct error error;
	bool marked = false;

	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_type *mark =
			mark_of(&type->fields[i], last->descriptor);

		if (mark == NULL)
			continue;
		if (field_set(memory, request, &type->fields[i],
			      field_get(memory, last, mark), &error) !=
		    STATUS_OK)
			return false;
		marked = true;
	}
	return marked;
}

/* Set a list to these rows. */
static void set_rows(ProtobufCMessage *reply, ProtobufCMessage **rows,
		     size_t count)
{
	const field_type *list = &reply->descriptor->fields[0];
	char *bytes = (char *)reply;

	memcpy(bytes + list->quantifier_offset, &count, sizeof(count));
	memcpy(bytes + list->offset, &rows, sizeof(rows));
}

ProtobufCMessage *pages_call(const struct client_method *method,
			     ProtobufCMessage *request, size_t most)
{
	const field_type *limit = field_find(method->input, "limit");
	ProtobufCMessage *first = NULL, *reply = NULL, **rows, **all = NULL;
	size_t count, total = 0, room = 0;
	struct error error;

	if (limit != NULL)
		field_set(memory, request, limit, "500", &error);
	do {
		if (client_call(method, request, &reply) != STATUS_OK)
			return NULL;
		if (first == NULL)
			first = reply;
		rows = output_rows(reply, &count);
		if (total + count > room) {
			ProtobufCMessage **bigger;

			room = (total + count) * 2;
			bigger = arena_array(memory, room, sizeof(*bigger));
			if (total > 0)
				memcpy(bigger, all, total * sizeof(*bigger));
			all = bigger;
		}
		if (count > 0)
			memcpy(all + total, rows, count * sizeof(*all));
		total += count;
	} while (limit != NULL && count > 0 && total < most &&
		 go_on(request, rows[count - 1]));
	if (limit != NULL)
		set_rows(first, all, total < most ? total : most);
	return first;
}
