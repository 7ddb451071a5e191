/*
 * sql: the relation request in front of an author's statement, and the
 * contract between file, descriptors and live schema.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "services/common/base/log.h"
#include "services/common/data/sql_private.h"

/* ---- text: WITH RECURSIVE request AS (...) <the author's statement> ---- */

static const char *skip_blanks_and_comments(const char *text)
{
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (strncmp(text, "--", 2))
			return text;
		text += strcspn(text, "\n");
	}
}

/* The author's WITH list continues ours: skip its own keyword. */
static const char *after_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (strncasecmp(text, word, length) ||
	    !strchr(" \t\r\n", text[length]))
		return NULL;
	return skip_blanks_and_comments(text + length);
}

/* A nested array must travel as text, for unnest would flatten it. */
static bool travels_as_text(const field_type *field)
{
	return field_is_repeated(field) && !field_is_message(field);
}

static void add_field_columns(struct text *text, const message_type *input)
{
	for (unsigned i = 0; input && i < input->n_fields; i++) {
		const field_type *field = &input->fields[i];

		text_printf(text, ", \"%s\"", field->name);
		if (travels_as_text(field))
			text_printf(text, "::%s AS \"%s\"",
				    field_sql_type(field), field->name);
	}
}

static void add_field_arrays(struct text *text, const message_type *input,
			     int param)
{
	for (unsigned i = 0; input && i < input->n_fields; i++)
		text_printf(text, ", $%d::%s[]", ++param,
			    travels_as_text(&input->fields[i])
				    ? "text"
				    : field_sql_type(&input->fields[i]));
}

static void add_field_names(struct text *text, const message_type *input)
{
	for (unsigned i = 0; input && i < input->n_fields; i++)
		text_printf(text, ", \"%s\"", input->fields[i].name);
}

static const char *full_text(struct arena *arena, const struct binding *binding)
{
	struct text text = text_new(arena);
	const char *author = skip_blanks_and_comments(binding->statement->text);
	const char *list = after_word(author, "WITH");

	text_add(&text, "WITH RECURSIVE request AS (SELECT request_no, "
			"$2::timestamptz AS now, principal_person_id");
	if (binding->follows)
		text_add(&text, ", change_key, change_seq, change_deleted");
	add_field_columns(&text, binding->input);
	text_add(&text, " FROM unnest($1::integer[], $3::uuid[]");
	if (binding->follows)
		text_add(&text, ", $4::text[], $5::bigint[], $6::boolean[]");
	add_field_arrays(&text, binding->input,
			 PARAM_COMMON + (binding->follows ? PARAM_CHANGE : 0));
	text_add(&text, ") AS u(request_no, principal_person_id");
	if (binding->follows)
		text_add(&text, ", change_key, change_seq, change_deleted");
	add_field_names(&text, binding->input);
	text_add(&text, "))");
	if (list) {
		const char *recursive = after_word(list, "RECURSIVE");

		text_printf(&text, ",\n%s", recursive ? recursive : list);
	} else {
		text_printf(&text, "\n%s", author);
	}
	return text.bytes;
}

/* ---- contract: the result's columns against the output message ---- */

/* pg_type.dat of PostgreSQL: these numbers are fixed for ever. */
static const struct {
	const char *type;
	Oid oids[6];
} acceptable[] = {
	{ "text", { 25, 1043, 19, 2950, 1082, 1114 } },
	{ "uuid", { 2950, 25 } },
	{ "date", { 1082 } },
	{ "timestamp", { 1114 } },
	{ "bigint", { 20, 23, 21 } },
	{ "integer", { 23, 21 } },
	{ "boolean", { 16 } },
	{ "double precision", { 701, 700, 1700, 23, 20 } },
	{ "timestamptz", { 1184 } },
	{ "bytea", { 17 } },
	{ "jsonb", { 3802, 114 } },
	{ "text[]", { 1009, 2951, 1015 } },
	{ "uuid[]", { 2951 } },
	{ "bigint[]", { 1016, 1007 } },
	{ "integer[]", { 1007 } },
	{ "boolean[]", { 1000 } },
	{ "double precision[]", { 1022 } },
};

static bool type_fits(const field_type *field, Oid oid)
{
	const char *wanted = field_sql_type(field);

	for (size_t i = 0; i < sizeof(acceptable) / sizeof(*acceptable); i++) {
		if (strcmp(acceptable[i].type, wanted))
			continue;
		for (size_t j = 0; j < 6; j++)
			if (oid && acceptable[i].oids[j] == oid)
				return true;
	}
	return false;
}

static const field_type *list_of(const message_type *output)
{
	const field_type *first = output && output->n_fields
					  ? &output->fields[0]
					  : NULL;

	return first && field_is_message(first) && field_is_repeated(first)
		       ? first
		       : NULL;
}

static const struct {
	const char *name;
	enum column_kind kind;
} reserved[] = {
	{ "request_no", COLUMN_REQUEST_NO },
	{ "rpc_status", COLUMN_STATUS },
	{ "rpc_message", COLUMN_MESSAGE },
	{ "rpc_field", COLUMN_FIELD },
};

static struct column find_column(const struct prepared *prepared,
				 const char *name)
{
	struct column column = { COLUMN_IGNORED, NULL };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (!strcmp(reserved[i].name, name))
			column.kind = reserved[i].kind;
	if (column.kind != COLUMN_IGNORED)
		return column;
	if (prepared->list)
		column.field = field_find(prepared->list->descriptor, name);
	if (column.field) {
		column.kind = COLUMN_ELEMENT;
		return column;
	}
	column.field = field_find(prepared->output, name);
	column.kind = column.field ? COLUMN_REPLY : COLUMN_IGNORED;
	return column;
}

static bool has_column(const struct prepared *prepared, const field_type *field)
{
	for (int i = 0; i < prepared->column_count; i++)
		if (prepared->columns[i].field == field)
			return true;
	return false;
}

static const message_type *row_type(const struct prepared *prepared)
{
	return prepared->list ? prepared->list->descriptor : prepared->output;
}

static const char *missing_column(const struct prepared *prepared,
				  struct arena *arena)
{
	const message_type *type = row_type(prepared);
	bool numbered = false;

	for (int i = 0; i < prepared->column_count; i++)
		if (prepared->columns[i].kind == COLUMN_REQUEST_NO)
			numbered = true;
	if (!numbered)
		return arena_printf(arena, "%s: there is no column request_no",
				    prepared->statement->file);
	for (unsigned i = 0; i < type->n_fields; i++)
		if (!has_column(prepared, &type->fields[i]))
			return arena_printf(
				arena, "%s: no column gives field %s of %s",
				prepared->statement->file,
				type->fields[i].name, type->name);
	return NULL;
}

static const char *check_columns(struct sql *sql, struct prepared *prepared,
				 const PGresult *description,
				 struct arena *arena)
{
	int count = PQnfields(description);

	prepared->column_count = count;
	prepared->list = list_of(prepared->output);
	prepared->columns = arena_array(sql->arena, (size_t)count + 1,
					sizeof(*prepared->columns));
	for (int i = 0; i < count; i++)
		prepared->columns[i].kind = COLUMN_IGNORED;
	if (!prepared->output)
		return NULL;
	for (int i = 0; i < count; i++) {
		const char *name = PQfname(description, i);
		struct column column = find_column(prepared, name);

		if (column.kind == COLUMN_IGNORED)
			return arena_printf(
				arena, "%s: column %s is not a field of %s",
				prepared->statement->file, name,
				row_type(prepared)->name);
		if (column.field &&
		    !type_fits(column.field, PQftype(description, i)))
			return arena_printf(
				arena,
				"%s: column %s does not have the type %s of "
				"its field", prepared->statement->file, name,
				field_sql_type(column.field));
		prepared->columns[i] = column;
	}
	return missing_column(prepared, arena);
}

/* ---- the connection's table of prepared statements ---- */

static const char *prepare(struct sql *sql, const struct binding *binding,
			   struct prepared *prepared, struct arena *arena)
{
	PGresult *result;
	const char *problem = NULL;

	result = PQprepare(sql->conn, prepared->name,
			   full_text(arena, binding), 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		problem = arena_printf(
			arena, "%s: %s (request is %s)",
			binding->statement->file,
			PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
				? PQresultErrorField(result,
						     PG_DIAG_MESSAGE_PRIMARY)
				: PQerrorMessage(sql->conn),
			binding->input ? binding->input->name : "empty");
	PQclear(result);
	if (problem)
		return problem;
	result = PQdescribePrepared(sql->conn, prepared->name);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		problem = arena_strdup(arena, PQerrorMessage(sql->conn));
	else
		problem = check_columns(sql, prepared, result, arena);
	PQclear(result);
	return problem;
}

const struct prepared *sql_prepared(struct sql *sql,
				    const struct binding *binding,
				    struct arena *arena, const char **problem)
{
	struct prepared *place;

	for (int i = 0; i < sql->prepared_count; i++) {
		place = &sql->prepared[i];
		if (place->statement == binding->statement &&
		    place->input == binding->input &&
		    place->output == binding->output &&
		    place->follows == binding->follows)
			return place;
	}
	if (sql->prepared_count == PREPARED_MAX)
		log_fatal("more statements than a connection holds", NULL);
	place = &sql->prepared[sql->prepared_count];
	*place = (struct prepared){ .statement = binding->statement,
				    .input = binding->input,
				    .output = binding->output,
				    .follows = binding->follows };
	snprintf(place->name, sizeof(place->name), "s%u", sql->serial++);
	*problem = prepare(sql, binding, place, arena);
	if (*problem)
		return NULL;
	sql->prepared_count++;
	return place;
}

bool sql_check(struct sql *sql, const struct binding *binding,
	       struct arena *arena, const char **problem)
{
	if (!sql_ready(sql)) {
		*problem = "the database does not answer";
		return false;
	}
	return sql_prepared(sql, binding, arena, problem) != NULL;
}
