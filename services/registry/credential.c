/*
 * credential: C and not SQL, because the keys must not be where a query can
 * read them.
 */
#include "registry.pb-c.h"
#include "registry_signin.pb-c.h"
#include "services/registry/credential.h"
#include "services/registry/factor.h"
#include "services/registry/statements.h"

static const char *signing_keys;
static struct token_keys *keys;

const struct setting credential_settings[] = {
	{ .name = "ECHO_SIGNING_KEYS", .value = &signing_keys, .secret = true,
	  .about = "Ed25519 secret keys that sign credentials, a line "
		   "'KEY_ID BASE64' each; the first one signs" },
	{ .name = "ECHO_VAULT_KEYS", .value = &factor_vault_keys,
	  .fallback = "", .secret = true,
	  .about = "secret keys that seal second factors, a line 'KEY_ID "
		   "BASE64' each; the first one seals; empty: there are none" },
	{ 0 }
};

bool credential_start(struct service_run *run)
{
	const char *problem;

	(void)run;
	keys = token_keys_new("", signing_keys, &problem);
	if (!keys)
		log_line(LOG_ERROR, "bad keys", "setting", "ECHO_SIGNING_KEYS",
			 "why", problem, NULL);
	return keys != NULL;
}

/* A script test has no start: there the checking keys sign too. */
const struct token_keys *credential_keys(const struct service_run *run)
{
	return keys ? keys : service_token_keys(run);
}

/* Who sits at the machine may do everything; nobody has a role before the
 * operator has given one. */
static Rpc__Credential *of_operator(struct arena *arena)
{
	Rpc__Credential *credential = (Rpc__Credential *)message_new(
		arena, &rpc__credential__descriptor);
	Rpc__Grant *grant = (Rpc__Grant *)field_append(
		arena, &credential->base,
		field_find(&rpc__credential__descriptor, "grants"));

	grant->role = arena_strdup(arena, TOKEN_OPERATOR);
	grant->scope = RPC__GRANT__SCOPE__superhub;
	return credential;
}

static enum status of_person(struct call *call, Rpc__Credential **credential)
{
	ProtobufCMessage *reply = NULL;
	enum status status = sql_call(call->sql, &statements[STATEMENT_CREDENTIAL],
				      call->request, call->arena, &reply,
				      &call->error);

	*credential = (Rpc__Credential *)reply;
	return status;
}

static ProtobufCBinaryData sign(const struct call *call,
				Rpc__Credential *credential)
{
	ProtobufCBinaryData token;

	credential->issued_at_us = clock_wall();
	credential->expires_at_us = credential->issued_at_us + TOKEN_LIFE_US;
	token.data = token_sign(credential_keys(call->run), call->arena,
				credential, &token.len);
	return token;
}

enum status issue_credential(struct call *call)
{
	const Registry__IssueCredentialRequest *request =
		(Registry__IssueCredentialRequest *)call->request;
	Registry__IssueCredentialReply *reply =
		(Registry__IssueCredentialReply *)message_new(
			call->arena,
			&registry__issue_credential_reply__descriptor);
	Rpc__Credential *credential;

	if (*request->person_id) {
		if (of_person(call, &credential) != STATUS_OK)
			return call->error.status;
	} else {
		credential = of_operator(call->arena);
	}
	reply->credential = sign(call, credential);
	reply->expires_at_us = credential->expires_at_us;
	call->reply = &reply->base;
	return STATUS_OK;
}

enum status refresh_credential(struct call *call)
{
	Registry__RefreshCredentialReply *reply =
		(Registry__RefreshCredentialReply *)message_new(
			call->arena,
			&registry__refresh_credential_reply__descriptor);
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;
	ProtobufCMessage *found = NULL;
	Registry__SessionState *state;

	if (sql_call(call->sql, &statements[STATEMENT_SESSION], call->request,
		     call->arena, &found, &call->error) != STATUS_OK)
		return call->error.status == STATUS_NOT_FOUND
			       ? session_is_over(call)
			       : call->error.status;
	state = (Registry__SessionState *)found;
	credential.person_id = state->person_id;
	credential.language = state->language;
	credential.n_grants = state->n_grants;
	credential.grants = state->grants;
	reply->credential = sign(call, &credential);
	reply->expires_at_us = credential.expires_at_us;
	reply->session_id = state->session_id;
	reply->person_id = state->person_id;
	reply->second_factor = state->second_factor;
	reply->recovery_codes = state->recovery_codes;
	call->reply = &reply->base;
	return STATUS_OK;
}
