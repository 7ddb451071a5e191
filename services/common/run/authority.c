/* authority: rows and grants. */
#include <string.h>

#include "services/common/base/text.h"
#include "services/common/run/authority.h"

bool authority_caller(const struct method *method, const char *caller)
{
	return !method->callers || text_in_list(method->callers, caller);
}

static bool admits(const struct method *method, const Rpc__Grant *grant)
{
	return !strcmp(grant->role, TOKEN_OPERATOR) ||
	       text_in_list(method->roles, grant->role);
}

bool authority_role(const struct method *method,
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

const char *authority_grants(struct arena *arena, const struct method *method,
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
