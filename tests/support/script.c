/*
 * script: runs a .rpc script against one service: bytes in, bytes out, a real
 * database, no sockets. Linked with the service's own sources.
 *
 *   as service NAME | as person UUID ROLE:SCOPE[:SCOPE_ID] ...
 *   origin TEXT                      where the users sit from here on
 *   at TIME                          the domain's time, RFC 3339
 *   call METHOD {json}               one request
 *   batch METHOD [{json}, ...]       one envelope of many
 *   batch METHOD COUNT {json}        the same COUNT times, # counting from 1
 *   again                            the last one, with the same request id
 *   expect STATUS [{json}] [field NAME] [message "text"]
 *                                    the next result; JSON is a subset, "*"
 *                                    is anything; a result that is not OK must
 *                                    be expected; REFUSED is FORBIDDEN,
 *                                    NOT_FOUND or CONFLICT
 *   sql QUERY => VALUES              as owner; one row, columns joined by |
 *   apply SERVICE FEED [{json}, ...] hand changes to a follow
 *   timer NAME                       until it has nothing more to do
 *   naughty                          every method, every string field, with what
 *                                    people paste and attackers send: whatever
 *                                    the answer, it is not that we failed
 *   nobody [METHOD ...]              every method that asks for a role, but these,
 *                                    admitting every role: whoever is asking
 *                                    now gets and does nothing
 *   admit all | admit rows           from here on every method admits every
 *                                    role, so that row-level security is alone;
 *                                    or whom its row admits
 *
 * Exit status 0 when everything was as expected; 1 with the line otherwise.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "services/common/base/text.h"
#include "services/common/run/builtin.h"
#include "services/common/run/private.h"
#include "services/common/run/timers.h"
#include "services/common/wire/json.h"
#include "tests/support/database.h"
#include "tests/support/naughty.h"
#include "tests/support/script_line.h"

extern const struct service SERVICE;

#define MESSAGES_MAX GROUP_CALLS_MAX

struct script {
	const char *path;
	struct script_line line;
	struct service_run run;
	struct sql *sql, *owner;
	struct arena *arena;       /* of the last call */
	struct arena *keep;        /* of the script */
	struct database database;
	const char *caller, *origin;
	ProtobufCBinaryData credential;
	Rpc__Request *request;     /* the last one */
	uint8_t request_id[ID_BYTES];
	struct plan *plan;
	Rpc__Reply *reply;
	size_t next_result;
	struct token_keys *keys;
	bool admit_all;
};

static void fail(const struct script *script, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

static void fail(const struct script *script, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", script->path, script->line.number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n    %s\n", script->line.text ? script->line.text
							: "");
	database_drop(&script->database);
	exit(1);
}

/* ---- results and what is expected of them ---- */

static const char *reply_json(struct script *script, const Rpc__Result *result)
{
	ProtobufCMessage *message;
	struct text text = text_new(script->arena);
	struct error error;

	if (message_decode(script->arena, script->plan->output,
			   result->body.data, result->body.len, &message,
			   &error) != STATUS_OK)
		fail(script, "the reply cannot be read: %s", error.message);
	json_print(&text, message, true);
	return text.bytes;
}

/* Where the reply differs from the subset that is expected; NULL: nowhere. */
static const char *differs(const json_t *expected, const json_t *actual,
			   const char *path, struct arena *arena);

static const char *objects_differ(const json_t *expected, const json_t *actual,
				  const char *path, struct arena *arena)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)expected, key, value) {
		const char *problem =
			differs(value, json_object_get(actual, key),
				arena_printf(arena, "%s.%s", path, key), arena);

		if (problem)
			return problem;
	}
	return NULL;
}

static const char *arrays_differ(const json_t *expected, const json_t *actual,
				 const char *path, struct arena *arena)
{
	size_t count = json_array_size(expected);

	if (count != json_array_size(actual))
		return arena_printf(arena, "%s has %zu elements, not %zu", path,
				    json_array_size(actual), count);
	for (size_t i = 0; i < count; i++) {
		const char *problem =
			differs(json_array_get(expected, i),
				json_array_get(actual, i),
				arena_printf(arena, "%s[%zu]", path, i), arena);

		if (problem)
			return problem;
	}
	return NULL;
}

/* A 64-bit integer prints as a string; a script may write a number. */
static bool same_number(const json_t *expected, const json_t *actual)
{
	if (json_is_number(expected) && json_is_number(actual))
		return json_number_value(expected) == json_number_value(actual);
	return json_is_integer(expected) && json_is_string(actual) &&
	       strtoll(json_string_value(actual), NULL, 10) ==
		       json_integer_value(expected);
}

static const char *differs(const json_t *expected, const json_t *actual,
			   const char *path, struct arena *arena)
{
	if (!actual)
		return arena_printf(arena, "%s is missing", path);
	if (json_is_string(expected) &&
	    !strcmp(json_string_value(expected), "*"))
		return NULL;
	if (json_is_object(expected) && json_is_object(actual))
		return objects_differ(expected, actual, path, arena);
	if (json_is_array(expected) && json_is_array(actual))
		return arrays_differ(expected, actual, path, arena);
	if (json_equal(expected, actual) || same_number(expected, actual))
		return NULL;
	return arena_printf(arena, "%s differs", path);
}

static void expect_json(struct script *script, const char *json,
			const Rpc__Result *result)
{
	const char *text = reply_json(script, result);
	json_error_t error;
	json_t *expected = json_loads(json, JSON_DISABLE_EOF_CHECK, &error);
	json_t *actual = json_loads(text, 0, NULL);
	const char *problem;

	if (!expected)
		fail(script, "bad JSON: %s", error.text);
	problem = differs(expected, actual, "reply", script->arena);
	json_decref(expected);
	json_decref(actual);
	if (problem)
		fail(script, "%s; the reply is %s", problem, text);
}

static const Rpc__Result *next_result(struct script *script)
{
	static Rpc__Result refusal = RPC__RESULT__INIT;
	Rpc__Reply *reply = script->reply;

	if (!reply)
		fail(script, "nothing was called");
	if (reply->status == RPC__STATUS__OK) {
		if (script->next_result == reply->n_results)
			fail(script, "there are no more results");
		return reply->results[script->next_result++];
	}
	refusal.status = reply->status;
	refusal.message = reply->message;
	refusal.field = reply->field;
	script->next_result++;
	return &refusal;
}

static void expect_words(struct script *script, const char *words,
			 const Rpc__Result *result)
{
	const char *field = strstr(words, "field ");
	const char *message = strstr(words, "message \"");

	if (field) {
		char name[64];

		if (sscanf(field, "field %63s", name) != 1 ||
		    strcmp(name, result->field))
			fail(script, "the field is \"%s\" (%s)", result->field,
			     result->message);
	}
	if (message) {
		char *text = arena_strdup(script->arena, message + 9);
		char *end = strrchr(text, '"');

		if (end)
			*end = '\0';
		if (!strstr(result->message, text))
			fail(script, "the message is \"%s\"", result->message);
	}
}

/* REFUSED: not allowed, as if it were not there, or as if it were changing. */
static bool is_status(const char *expected, enum status status)
{
	if (!strcmp(expected, "REFUSED"))
		return status == STATUS_FORBIDDEN ||
		       status == STATUS_NOT_FOUND || status == STATUS_CONFLICT;
	return !strcmp(expected, status_name(status));
}

static void run_expect(struct script *script)
{
	const Rpc__Result *result = next_result(script);
	const char *after = script_after(&script->line, 2);
	char status[32] = "";

	sscanf(script->line.text, "expect %31s", status);
	if (!is_status(status, (enum status)result->status))
		fail(script, "the status is %s, field \"%s\": %s",
		     status_name((enum status)result->status), result->field,
		     result->message);
	if (*after == '{' || *after == '[')
		expect_json(script, after, result);
	else
		expect_words(script, after, result);
}

/* A result that nobody looked at must at least be OK. */
static void settle(struct script *script)
{
	Rpc__Reply *reply = script->reply;

	if (!reply)
		return;
	if (reply->status != RPC__STATUS__OK && !script->next_result)
		fail(script, "the call before was refused: %s %s",
		     status_name((enum status)reply->status), reply->message);
	for (size_t i = script->next_result; i < reply->n_results; i++)
		if (reply->results[i]->status != RPC__STATUS__OK)
			fail(script, "result %zu of the call before: %s %s: %s",
			     i,
			     status_name((enum status)reply->results[i]->status),
			     reply->results[i]->field,
			     reply->results[i]->message);
	script->reply = NULL;
}

/* ---- calls ---- */

static void send_request(struct script *script)
{
	struct envelope envelope = { .plan = script->plan,
				     .caller = script->caller,
				     .request = script->request,
				     .arrived_us = clock_monotonic() };
	struct envelope *list[] = { &envelope };

	memcpy(envelope.request_id, script->request_id, ID_BYTES);
	dispatch(&script->run, script->sql, script->arena, list, 1);
	script->reply = envelope.reply;
	script->next_result = 0;
}

/* The client's own codec refuses some requests before they are sent: that is
 * an answer too. */
static void add_body(struct script *script, const char *json)
{
	ProtobufCMessage *message;
	ProtobufCBinaryData *body =
		&script->request->body[script->request->n_body++];
	struct error error;

	if (json_parse(script->arena, script->plan->input, json, &message,
		       &error) == STATUS_OK)
		body->data = message_encode(script->arena, message, &body->len);
	else
		script->reply = dispatch_refuse(script->arena, error.status,
						error.message, error.field);
}

static void add_bodies(struct script *script, const char *json)
{
	json_error_t error;
	json_t *list = json_loads(json, 0, &error), *element;
	size_t i;

	if (!json_is_array(list))
		fail(script, "an array is wanted: %s", error.text);
	json_array_foreach(list, i, element) {
		char *text = json_dumps(element, 0);

		add_body(script, text);
		free(text);
	}
	json_decref(list);
}

/* "1000 {json}": # becomes twelve digits, which end a UUID. */
static void add_counted(struct script *script, const char *text)
{
	char *json;
	long count = strtol(text, &json, 10);

	for (long i = 1; i <= count && i <= MESSAGES_MAX; i++) {
		struct text body = text_new(script->arena);

		for (const char *c = json; *c; c++)
			if (*c == '#')
				text_printf(&body, "%012ld", i);
			else
				text_add_char(&body, *c);
		add_body(script, body.bytes);
	}
}

static Rpc__Request *new_request(struct script *script, const char *method)
{
	Rpc__Request *request = (Rpc__Request *)message_new(
		script->arena, &rpc__request__descriptor);

	request->method = arena_strdup(script->arena, method);
	request->credential = script->credential;
	request->origin = arena_strdup(script->arena, script->origin);
	request->body = arena_array(script->arena, MESSAGES_MAX,
				    sizeof(*request->body));
	return request;
}

/* The method's plan, its row widened to every role (member: no staff role at
 * all), so that nothing but the policies says no. */
static struct plan *admit_all(struct script *script, const struct plan *plan)
{
	struct method *method = arena_alloc(script->arena, sizeof(*method));
	struct plan *wide = arena_alloc(script->arena, sizeof(*wide));

	*method = *plan->method;
	if (method->roles)
		method->roles = "superhub_admin superhub_viewer hub_admin "
				"coordinator facilitator network_lead speaker "
				"it_support evaluator case_presenter member";
	memcpy(wide, plan, sizeof(*wide));
	wide->method = method;
	return wide;
}

static void run_admit(struct script *script)
{
	const char *whom = script_after(&script->line, 1);

	if (strcmp(whom, "all") != 0 && strcmp(whom, "rows") != 0)
		fail(script, "admit all, or admit rows");
	script->admit_all = !strcmp(whom, "all");
}

static void run_call(struct script *script, bool batch)
{
	const char *what = script_after(&script->line, 2);
	char method[64] = "";

	sscanf(script->line.text, "%*s %63s", method);
	arena_reset(script->arena);
	script->plan = plans_find(&script->run.plans, method);
	if (!script->plan)
		fail(script, "there is no method %s", method);
	if (script->admit_all)
		script->plan = admit_all(script, script->plan);
	script->request = new_request(script, method);
	id_new(script->request_id);
	script->reply = NULL;
	script->next_result = 0;
	if (batch && *what >= '0' && *what <= '9')
		add_counted(script, what);
	else if (batch)
		add_bodies(script, what);
	else
		add_body(script, what);
	if (!script->reply)
		send_request(script);
}

/* ---- who and when ---- */

static void add_grant(struct script *script, Rpc__Credential *credential,
		      char *word)
{
	Rpc__Grant *grant = (Rpc__Grant *)field_append(
		script->keep, &credential->base,
		field_find(&rpc__credential__descriptor, "grants"));
	char *rest, *role = strtok_r(word, ":", &rest);
	char *scope = strtok_r(NULL, ":", &rest);
	char *scope_id = strtok_r(NULL, ":", &rest);
	struct error error;

	grant->role = role;
	grant->scope_id = scope_id ? scope_id : arena_strdup(script->keep, "");
	if (field_set(script->keep, &grant->base,
		      field_find(&rpc__grant__descriptor, "scope"),
		      scope ? scope : "superhub", &error) != STATUS_OK)
		fail(script, "unknown scope %s", scope);
}

static void become_person(struct script *script)
{
	Rpc__Credential *credential = (Rpc__Credential *)message_new(
		script->keep, &rpc__credential__descriptor);
	char *words = arena_strdup(script->keep,
				   script_after(&script->line, 2));
	char *rest, *word = strtok_r(words, " \t\n", &rest);

	credential->person_id = word;
	while ((word = strtok_r(NULL, " \t\n", &rest)))
		add_grant(script, credential, word);
	credential->issued_at_us = clock_wall();
	credential->expires_at_us = clock_wall() + TOKEN_LIFE_US;
	script->credential.data = token_sign(script->keys, script->keep,
					     credential,
					     &script->credential.len);
	script->caller = "gateway";
}

static void run_as(struct script *script)
{
	char kind[16] = "", name[64] = "";

	sscanf(script->line.text, "as %15s %63s", kind, name);
	script->credential = (ProtobufCBinaryData){ 0, NULL };
	if (!strcmp(kind, "person"))
		become_person(script);
	else
		script->caller = arena_strdup(script->keep, name);
}

static void run_origin(struct script *script)
{
	script->origin = arena_strdup(script->keep,
				      script_after(&script->line, 1));
}

static void run_at(struct script *script)
{
	int64_t now;

	if (!clock_parse(script_after(&script->line, 1), &now))
		fail(script, "not a time");
	clock_set(now);
}

/* ---- the database ---- */

struct row_text {
	struct text text;
	int rows;
};

static void collect_row(void *context, int columns, const char *const values[])
{
	struct row_text *row = context;

	for (int i = 0; i < columns && !row->rows; i++)
		text_printf(&row->text, "%s%s", i ? "|" : "",
			    values[i] ? values[i] : "");
	row->rows++;
}

static void run_sql(struct script *script)
{
	char *query = arena_strdup(script->keep,
				   script_after(&script->line, 1));
	char *expected = strstr(query, "=>");
	struct row_text row = { text_new(script->keep), 0 };
	struct error error = { STATUS_OK, "", "" };

	if (!expected)
		fail(script, "=> is missing");
	*expected = '\0';
	expected += 2;
	expected += strspn(expected, " \t\n");
	if (!sql_ready(script->owner) ||
	    sql_text(script->owner, query, 0, NULL, collect_row, &row,
		     &error) != STATUS_OK)
		fail(script, "%s", error.message);
	if (strcmp(row.text.bytes ? row.text.bytes : "", expected))
		fail(script, "the answer is \"%s\"",
		     row.text.bytes ? row.text.bytes : "");
}

static Rpc__Change *make_change(struct script *script,
				const struct follow *follow, json_t *element,
				int64_t seq)
{
	Rpc__Change *change = (Rpc__Change *)message_new(
		script->arena, &rpc__change__descriptor);
	const char *key = json_string_value(
		json_object_get(element, "change_key"));
	ProtobufCMessage *entity;
	struct error error;
	char *text;

	change->seq = seq;
	change->deleted = json_is_true(
		json_object_get(element, "change_deleted"));
	change->key = key ? arena_strdup(script->arena, key) : NULL;
	json_object_del(element, "change_key");
	json_object_del(element, "change_deleted");
	text = json_dumps(element, 0);
	if (json_parse(script->arena, follow->message, text, &entity,
		       &error) != STATUS_OK)
		fail(script, "%s: %s", error.field, error.message);
	free(text);
	change->entity.data = message_encode(script->arena, entity,
					     &change->entity.len);
	if (!change->key)
		change->key = arena_strdup(
			script->arena,
			field_get(script->arena, entity,
				  &follow->message->fields[0]));
	return change;
}

static const struct follow *find_follow(struct script *script)
{
	const struct follow *follow = SERVICE.follows;
	char service[64] = "", feed[64] = "";

	sscanf(script->line.text, "apply %63s %63s", service, feed);
	for (; follow && follow->service; follow++)
		if (!strcmp(follow->service, service) &&
		    !strcmp(follow->feed, feed))
			return follow;
	fail(script, "%s %s is not followed", service, feed);
}

static void run_apply(struct script *script)
{
	static const struct authority service = { "service", "", "" };
	static int64_t seq;
	const struct follow *follow = find_follow(script);
	json_error_t json_error;
	json_t *list = json_loads(script_after(&script->line, 3), 0,
				  &json_error);
	size_t count = json_array_size(list);
	Rpc__Change **changes;
	struct error error = { STATUS_OK, "", "" };

	if (!json_is_array(list))
		fail(script, "an array is wanted: %s", json_error.text);
	arena_reset(script->arena);
	changes = arena_array(script->arena, count + 1, sizeof(*changes));
	for (size_t i = 0; i < count; i++)
		changes[i] = make_change(script, follow,
					 json_array_get(list, i), ++seq);
	json_decref(list);
	if (sql_begin(script->sql, &service, &error) != STATUS_OK ||
	    feed_apply(script->sql, follow, changes, count, script->arena,
		       &error) != STATUS_OK ||
	    sql_commit(script->sql, &error) != STATUS_OK)
		fail(script, "%s", error.message);
}

/* ---- hostile strings ---- */

struct naughty {
	struct script *script;
	char field[64];
	size_t answers[12];
};

static void send_naughty(struct naughty *naughty)
{
	struct script *script = naughty->script;
	Rpc__Reply *reply;

	id_new(script->request_id);
	send_request(script);
	reply = script->reply;
	script->reply = NULL;
	for (size_t i = 0; i < reply->n_results; i++) {
		Rpc__Result *result = reply->results[i];

		if (result->status >= RPC__STATUS__OVERLOADED)
			fail(script, "%s.%s, string %zu: %s %s",
			     script->request->method, naughty->field, i,
			     status_name((enum status)result->status),
			     result->message);
		naughty->answers[result->status]++;
	}
	script->request->n_body = 0;
}

/* One envelope for each field: a bad string must not disturb its neighbours. */
static void take_naughty(void *context, const char *field,
			 ProtobufCBinaryData body)
{
	struct naughty *naughty = context;
	Rpc__Request *request = naughty->script->request;

	if (request->n_body && strcmp(field, naughty->field) != 0)
		send_naughty(naughty);
	snprintf(naughty->field, sizeof(naughty->field), "%s", field);
	request->body[request->n_body++] = body;
}

static void run_naughty(struct script *script)
{
	struct naughty naughty = { .script = script };
	size_t count = script->run.plans.count - BUILTINS;

	for (size_t i = 0; i < count; i++) {
		arena_reset(script->arena);
		script->plan = &script->run.plans.list[i];
		script->request = new_request(script,
					      script->plan->method->name);
		naughty_bodies(script->arena, script->plan->input, take_naughty,
			       &naughty);
		if (script->request->n_body)
			send_naughty(&naughty);
	}
	printf("%zu methods: OK %zu, INVALID %zu, FORBIDDEN %zu, NOT_FOUND %zu, "
	       "CONFLICT %zu\n", count, naughty.answers[STATUS_OK],
	       naughty.answers[STATUS_INVALID],
	       naughty.answers[STATUS_FORBIDDEN],
	       naughty.answers[STATUS_NOT_FOUND],
	       naughty.answers[STATUS_CONFLICT]);
}

/* Does this reply tell nothing: a list that is empty? */
static bool tells_nothing(struct script *script, const Rpc__Result *result)
{
	const message_type *type = script->plan->output;
	ProtobufCMessage *reply;
	struct error error;

	if (message_decode(script->arena, type, result->body.data,
			   result->body.len, &reply, &error) != STATUS_OK)
		fail(script, "the reply is malformed: %s", error.message);
	return type->n_fields && field_is_repeated(&type->fields[0]) &&
	       !*(size_t *)((char *)reply + type->fields[0].quantifier_offset);
}

/* One method, its row wide open, asked plausibly; what came back. */
static enum status ask_open(struct script *script, struct plan *plan)
{
	ProtobufCBinaryData *body;
	Rpc__Result *result;

	arena_reset(script->arena);
	script->plan = admit_all(script, plan);
	script->request = new_request(script, plan->method->name);
	body = script->request->body;
	body->data = message_encode(
		script->arena, naughty_plausible(script->arena, plan->input),
		&body->len);
	script->request->n_body = 1;
	id_new(script->request_id);
	send_request(script);
	if (!script->reply->n_results)
		fail(script, "%s was not tried: %s", plan->method->name,
		     script->reply->message);
	result = script->reply->results[0];
	if (result->status == RPC__STATUS__OK &&
	    !tells_nothing(script, result))
		fail(script, "%s does it for nobody in particular",
		     plan->method->name);
	script->reply = NULL;
	return (enum status)result->status;
}

static void run_nobody(struct script *script)
{
	const char *except = script_after(&script->line, 1);
	size_t count = script->run.plans.count - BUILTINS, asked = 0;
	size_t invalid = 0;

	for (size_t i = 0; i < count; i++) {
		struct plan *plan = &script->run.plans.list[i];

		if (!plan->method->roles ||
		    text_in_list(except, plan->method->name))
			continue;
		invalid += ask_open(script, plan) == STATUS_INVALID;
		asked++;
	}
	printf("%zu methods refuse, %zu of them the request itself\n", asked,
	       invalid);
	if (asked == invalid)
		fail(script, "nothing was tried");
}

static void run_timer(struct script *script)
{
	const struct timer *timer = SERVICE.timers;
	const char *name = script_after(&script->line, 1);

	for (; timer && timer->name; timer++) {
		if (strcmp(timer->name, name))
			continue;
		while (timer_run(&script->run, timer, script->sql,
				 script->arena))
			arena_reset(script->arena);
		return;
	}
	fail(script, "there is no timer %s", name);
}

/* ---- the script ---- */

static void run_call_one(struct script *script)
{
	run_call(script, false);
}

static void run_batch(struct script *script)
{
	run_call(script, true);
}

static const struct {
	const char *name;
	void (*run)(struct script *script);
} commands[] = {
	{ "as", run_as },	 { "at", run_at }, { "origin", run_origin },
	{ "call", run_call_one }, { "batch", run_batch },
	{ "again", send_request }, { "expect", run_expect },
	{ "sql", run_sql },	 { "apply", run_apply },
	{ "timer", run_timer },	  { "admit", run_admit },
	{ "naughty", run_naughty }, { "nobody", run_nobody },
};

static void run_line(struct script *script)
{
	char name[32] = "";

	sscanf(script->line.text, "%31s", name);
	if (strcmp(name, "expect"))
		settle(script);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, name)) {
			commands[i].run(script);
			return;
		}
	fail(script, "unknown command %s", name);
}

static void make_keys(struct script *script)
{
	char secret[TOKEN_SECRET_TEXT], public[TOKEN_PUBLIC_TEXT];
	const char *problem;

	token_key_pair(secret, public);
	script->keys = token_keys_new(
		arena_printf(script->keep, "test %s", public),
		arena_printf(script->keep, "test %s", secret), &problem);
	script->run.token_keys = script->keys;
}

static void start(struct script *script)
{
	const char *problem;

	log_open(SERVICE.name, "error");
	script->run.service = &SERVICE;
	script->caller = "superhub";
	script->origin = "";
	script->arena = arena_new(1 << 16);
	script->keep = arena_new(1 << 16);
	pthread_mutex_init(&script->run.counter_lock, NULL);
	make_keys(script);
	database_make(&script->database, SERVICE.name, SERVICE.migrations);
	script->run.settings.database_url = script->database.url;
	script->sql = service_sql(&script->run, "script");
	script->owner = sql_open(script->database.owner_url, "owner");
	sql_schema(script->owner, SERVICE.name);
	problem = plans_make(&script->run.plans, &SERVICE, script->keep);
	if (!problem && !sql_ready(script->sql))
		problem = "the database does not answer";
	if (!problem)
		problem = migrate_check(script->sql, SERVICE.migrations,
					script->keep);
	if (!problem)
		problem = plans_check(&script->run.plans, &SERVICE, script->sql,
				      script->keep);
	if (problem)
		fail(script, "%s", problem);
}

static void finish(struct script *script)
{
	sql_close(script->sql);
	sql_close(script->owner);
	database_drop(&script->database);
	token_keys_free(script->keys);
	arena_free(script->arena);
	arena_free(script->keep);
	free(script->run.plans.list);
}

#undef main
int main(int argc, char **argv)
{
	static struct script script;
	int line_number = 0, lines = 0;
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!file) {
		fprintf(stderr, "usage: %s SCRIPT.rpc\n", argv[0]);
		return 2;
	}
	script.path = argv[1];
	start(&script);
	for (; script_read(file, &line_number, &script.line); lines++) {
		run_line(&script);
		script_line_free(&script.line);
	}
	settle(&script);
	fclose(file);
	finish(&script);
	printf("%s: %d commands\n", argv[1], lines);
	return lines ? 0 : 1;
}
