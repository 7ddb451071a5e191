/* authority: rows and grants. */
#include <string.h>

#include "services/common/base/text.h"
#include "services/common/run/authority.h"
#include "services/common/run/private.h"

#define ORIGIN_MAX 64

static bool admits_caller(const struct method *method, const char *caller)
{
	return !method->callers || text_in_list(method->callers, caller);
}

static bool admits(const struct method *method, const Rpc__Grant *grant)
{
	return !strcmp(grant->role, TOKEN_OPERATOR) ||
	       text_in_list(method->roles, grant->role);
}

static bool admits_role(const struct method *method,
			const Rpc__Credential *credential)
{
	if (!method->roles || !credential)
		return false;
	for (size_t i = 0; i < credential->n_grants; i++)
		if (admits(method, credential->grants[i]))
			return true;
	return false;
}

static const char *scope_name(const Rpc__Grant *grant)
{
	const ProtobufCEnumValue *scope = protobuf_c_enum_descriptor_get_value(
		&rpc__grant__scope__descriptor, (int)grant->scope);

	return scope ? scope->name : "unspecified";
}

static const char *grants_of(struct arena *arena, const struct method *method,
			     const Rpc__Credential *credential)
{
	struct text text = text_new(arena);

	for (size_t i = 0; i < credential->n_grants; i++) {
		const Rpc__Grant *grant = credential->grants[i];

		if (method->roles && !admits(method, grant))
			continue;
		text_printf(&text, "%s%s:%s:%s", text.length ? " " : "",
			    grant->role, scope_name(grant), grant->scope_id);
	}
	return text.bytes ? text.bytes : "";
}

static bool origin_is_plain(const char *origin)
{
	size_t length = strlen(origin);

	return length <= ORIGIN_MAX && text_is_utf8(origin, length) &&
	       !text_has_control(origin);
}

static enum status check_envelope(struct service_run *run,
				  const struct envelope *envelope,
				  struct arena *arena, struct asker *asker,
				  struct error *error)
{
	const Rpc__Request *request = envelope->request;

	if (!admits_caller(envelope->plan->method, envelope->caller))
		return error_set(error, STATUS_FORBIDDEN,
				 "This service may not call this method.", "");
	if (!origin_is_plain(request->origin))
		return error_set(error, STATUS_INVALID,
				 "An origin is at most 64 printable bytes.",
				 "origin");
	if (!request->credential.len)
		return STATUS_OK;
	return token_check(service_token_keys(run), arena,
			   request->credential.data, request->credential.len,
			   clock_wall(), &asker->credential, error);
}

enum status authority_ask(struct service_run *run,
			  const struct envelope *envelope, struct arena *arena,
			  struct asker *asker, struct error *error)
{
	const struct method *method = envelope->plan->method;

	*asker = (struct asker){ .caller = envelope->caller,
				 .origin = envelope->request->origin,
				 .grants = "" };
	if (check_envelope(run, envelope, arena, asker, error) != STATUS_OK)
		return error->status;
	if (asker->credential)
		asker->grants = grants_of(arena, method, asker->credential);
	if (!method->roles && !method->self)
		return STATUS_OK;
	if (!asker->credential)
		return error_set(error, STATUS_UNAUTHENTICATED,
				 "Please sign in.", "");
	if (admits_role(method, asker->credential))
		return STATUS_OK;
	if (!method->self)
		return error_set(error, STATUS_FORBIDDEN,
				 "Your role does not allow this.", "");
	asker->self = true;
	return STATUS_OK;
}

bool authority_same(const struct asker *a, const struct asker *b)
{
	if (strcmp(a->caller, b->caller) != 0)
		return false;
	if (a->self || b->self)
		return a->self && b->self;
	if (strcmp(a->origin, b->origin) != 0)
		return false;
	if (!a->credential || !b->credential)
		return !a->credential && !b->credential;
	return !strcmp(a->credential->person_id, b->credential->person_id) &&
	       !strcmp(a->grants, b->grants);
}

/* Of those who act for themselves, of whom many share a group, no more is kept
 * than the service. */
static const char *where_from(const struct asker *asker, struct arena *arena)
{
	return asker->self || !*asker->origin
		       ? asker->caller
		       : arena_printf(arena, "%s %s", asker->caller,
				      asker->origin);
}

struct authority authority_of(const struct method *method,
			      const struct asker *const askers[], size_t count,
			      struct arena *arena)
{
	const struct asker *first = askers[0];
	struct authority authority = { "service", "", first->grants,
				       method->name, where_from(first, arena) };
	struct text persons = text_new(arena);

	if (!first->credential)
		return authority;
	text_add_char(&persons, '{');
	for (size_t i = 0; i < (first->self ? count : 1); i++) {
		if (i)
			text_add_char(&persons, ',');
		text_add(&persons, askers[i]->credential->person_id);
	}
	text_add_char(&persons, '}');
	authority.kind = first->self ? "self" : "person";
	authority.person_ids = persons.bytes;
	if (first->self)
		authority.grants = "";
	return authority;
}
