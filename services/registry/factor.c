/* factor: enrolling, checking and dropping second factors. */
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>

#include "registry_signin.pb-c.h"
#include "services/common/base/text.h"
#include "services/common/wire/vault.h"
#include "services/registry/factor.h"
#include "services/registry/statements.h"

#define SECRET_BYTES 20 /* RFC 4226: as long as the hash */
#define STEP_S 30
#define STEPS_AROUND 1  /* clocks of telephones */
#define DIGITS 6
#define RECOVERY_CODES 10
#define RECOVERY_CHARS 12 /* of five bits each */

const char *factor_vault_keys;
static struct vault *vault; /* NULL: nobody can have a second factor */

bool factor_start(struct service_run *run)
{
	const char *problem = NULL;

	(void)run;
	if (!*factor_vault_keys)
		return true;
	vault = vault_new(factor_vault_keys, &problem);
	if (!vault)
		log_line(LOG_ERROR, "bad keys", "setting", "ECHO_VAULT_KEYS",
			 "why", problem, NULL);
	return vault != NULL;
}

enum status session_is_over(struct call *call)
{
	return call_fail(call, STATUS_UNAUTHENTICATED,
			 "This session is over: sign in again.",
			 "session_secret");
}

/* What the session's person has, locked until the transaction ends. */
static enum status challenge_of(struct call *call, const char *session_secret,
				Registry__FactorChallenge **found)
{
	Registry__SessionSecret secret = REGISTRY__SESSION_SECRET__INIT;
	ProtobufCMessage *reply = NULL;

	secret.session_secret = (char *)(uintptr_t)session_secret;
	if (sql_call(call->sql, &statements[STATEMENT_FACTOR_LOCK],
		     &secret.base, call->arena, NULL, &call->error) !=
		    STATUS_OK ||
	    sql_call(call->sql, &statements[STATEMENT_FACTOR_CHALLENGE],
		     &secret.base, call->arena, &reply,
		     &call->error) != STATUS_OK)
		return call->error.status == STATUS_NOT_FOUND
			       ? session_is_over(call)
			       : call->error.status;
	*found = (Registry__FactorChallenge *)reply;
	return STATUS_OK;
}

/* ---- enrolling ---- */

/* otpauth://totp/ISSUER:ADDRESS?..., as authenticators read it. */
static char *make_uri(struct arena *arena, const char *address,
		      const char *secret)
{
	struct text uri = text_new(arena);

	text_add(&uri, "otpauth://totp/Project%20ECHO:");
	for (const char *c = address; *c; c++)
		if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
		    strchr("-._~@", *c))
			text_add_char(&uri, *c);
		else
			text_printf(&uri, "%%%02X", (unsigned char)*c);
	text_printf(&uri, "?secret=%s&issuer=Project%%20ECHO", secret);
	return uri.bytes;
}

static char *base32(struct arena *arena, const uint8_t *bytes, size_t length)
{
	char *text = NULL, *copy;
	size_t text_length;

	if (oath_base32_encode((const char *)bytes, length, &text,
			       &text_length) != OATH_OK)
		log_fatal("out of memory", NULL);
	copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

enum status enrol_second_factor(struct call *call)
{
	const Registry__SessionSecret *request =
		(Registry__SessionSecret *)call->request;
	Registry__EnrolSecondFactorReply *reply =
		(Registry__EnrolSecondFactorReply *)message_new(
			call->arena,
			&registry__enrol_second_factor_reply__descriptor);
	Registry__PendingFactor pending = REGISTRY__PENDING_FACTOR__INIT;
	uint8_t secret[SECRET_BYTES];
	Registry__FactorChallenge *have;

	if (!vault)
		return call_fail(call, STATUS_UNAVAILABLE,
				 "There is no key for second factors: set "
				 "ECHO_VAULT_KEYS.", "");
	if (challenge_of(call, request->session_secret, &have) != STATUS_OK)
		return call->error.status;
	if (have->secret.len && !have->passed)
		return call_fail(call, STATUS_FORBIDDEN,
				 "Give a code of the second factor that you "
				 "have, before you set up another.", "");
	vault_random(secret, sizeof(secret));
	pending.person_id = have->person_id;
	pending.pending.data = vault_seal(vault, call->arena, have->person_id,
					  secret, sizeof(secret),
					  &pending.pending.len);
	reply->secret = base32(call->arena, secret, sizeof(secret));
	reply->uri = make_uri(call->arena, have->address, reply->secret);
	call->reply = &reply->base;
	return sql_call(call->sql, &statements[STATEMENT_FACTOR_PENDING],
			&pending.base, call->arena, NULL, &call->error);
}

/* ---- codes ---- */

/* The step of a code that is right now; 0: it is not. */
static int64_t step_of(const struct call *call,
		       const Registry__FactorChallenge *have,
		       const ProtobufCBinaryData *sealed, const char *code)
{
	size_t length = 0;
	uint8_t *secret = vault_open(vault, call->arena, have->person_id,
				     sealed->data, sealed->len, &length);
	uint64_t step = 0;
	int place;

	if (!secret ||
	    oath_totp_validate3((const char *)secret, length,
				(time_t)(clock_now() / CLOCK_SECOND), STEP_S,
				0, STEPS_AROUND, &place, &step, code) < 0)
		return 0;
	return (int64_t)step > have->step ? (int64_t)step : 0;
}

static bool is_digits(const char *code)
{
	return strlen(code) == DIGITS &&
	       strspn(code, "0123456789") == DIGITS;
}

/* As it is meant: small letters, no strokes, no letter taken for a digit. */
static const char *recovery_text(struct arena *arena, const char *typed)
{
	struct text text = text_new(arena);

	text_add(&text, "");
	for (; *typed; typed++) {
		char c = *typed >= 'A' && *typed <= 'Z'
				 ? (char)(*typed - 'A' + 'a')
				 : *typed;

		if (c != '-' && c != ' ')
			text_add_char(&text, c == 'o'	? '0'
					     : c == 'i' || c == 'l' ? '1'
								    : c);
	}
	return text.bytes;
}

static char *find_recovery(const struct call *call,
			   const Registry__FactorChallenge *have,
			   const char *typed)
{
	const char *text = recovery_text(call->arena, typed);

	for (size_t i = 0; i < have->n_recovery_hashes; i++)
		if (vault_matches(vault, have->person_id, text,
				  have->recovery_hashes[i]))
			return have->recovery_hashes[i];
	return NULL;
}

static void judge(const struct call *call,
		  const Registry__FactorChallenge *have, const char *code,
		  Registry__FactorOutcome *out)
{
	bool may_enrol = have->pending.len &&
			 (!have->secret.len || have->passed);

	out->kind = REGISTRY__FACTOR_OUTCOME__KIND__wrong;
	if (!is_digits(code)) {
		char *hash = find_recovery(call, have, code);

		if (hash) {
			out->kind = REGISTRY__FACTOR_OUTCOME__KIND__recovery;
			out->recovery_hash = hash;
		}
	} else if (may_enrol &&
		   (out->step = step_of(call, have, &have->pending, code))) {
		out->kind = REGISTRY__FACTOR_OUTCOME__KIND__enrolled;
	} else if (have->secret.len &&
		   (out->step = step_of(call, have, &have->secret, code))) {
		out->kind = REGISTRY__FACTOR_OUTCOME__KIND__code;
	}
}

/* "xxxx-xxxx-xxxx" without the letters that look like digits. */
static char *new_recovery_code(struct arena *arena)
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	struct text text = text_new(arena);
	uint8_t bytes[RECOVERY_CHARS];

	vault_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		if (i && i % 4 == 0)
			text_add_char(&text, '-');
		text_add_char(&text, alphabet[bytes[i] % 32]);
	}
	return text.bytes;
}

static void add_recovery_codes(struct call *call, Registry__FactorOutcome *out,
			       Registry__ConfirmSecondFactorReply *reply)
{
	out->recovery_hashes = arena_array(call->arena, RECOVERY_CODES,
					   sizeof(char *));
	reply->recovery_codes = arena_array(call->arena, RECOVERY_CODES,
					    sizeof(char *));
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		char *code = new_recovery_code(call->arena);

		reply->recovery_codes[i] = code;
		out->recovery_hashes[i] = (char *)(uintptr_t)vault_digest(
			vault, call->arena, out->person_id,
			recovery_text(call->arena, code));
	}
	reply->n_recovery_codes = out->n_recovery_hashes = RECOVERY_CODES;
}

/* The effect stays although the answer is no: guessing counts. */
static enum status refuse_code(struct call *call)
{
	call_fail(call, STATUS_FORBIDDEN,
		  "This code is not right, or was used. After five wrong ones "
		  "you sign in again.", "code");
	return STATUS_OK;
}

/* OK, and the outcome recorded; a refusal stands in call->error. */
static enum status try_code(struct call *call, Registry__FactorOutcome *out,
			    Registry__ConfirmSecondFactorReply *reply)
{
	const Registry__ConfirmSecondFactorRequest *request =
		(Registry__ConfirmSecondFactorRequest *)call->request;
	Registry__FactorChallenge *have;

	registry__factor_outcome__init(out);
	if (challenge_of(call, request->session_secret, &have) != STATUS_OK)
		return call->error.status;
	if (have->wait_until)
		return call_fail(call, STATUS_FORBIDDEN,
				 "There were too many wrong codes. Wait a "
				 "while, at most an hour.", "code");
	out->session_id = have->session_id;
	out->person_id = have->person_id;
	judge(call, have, request->code, out);
	if (out->kind == REGISTRY__FACTOR_OUTCOME__KIND__enrolled)
		add_recovery_codes(call, out, reply);
	if (sql_call(call->sql, &statements[STATEMENT_FACTOR_OUTCOME],
		     &out->base, call->arena, NULL, &call->error) != STATUS_OK)
		return call->error.status;
	return out->kind == REGISTRY__FACTOR_OUTCOME__KIND__wrong
		       ? refuse_code(call)
		       : STATUS_OK;
}

enum status confirm_second_factor(struct call *call)
{
	Registry__ConfirmSecondFactorReply *reply =
		(Registry__ConfirmSecondFactorReply *)message_new(
			call->arena,
			&registry__confirm_second_factor_reply__descriptor);
	Registry__FactorOutcome out;

	call->reply = &reply->base;
	return try_code(call, &out, reply);
}

enum status disable_second_factor(struct call *call)
{
	Registry__ConfirmSecondFactorReply unused =
		REGISTRY__CONFIRM_SECOND_FACTOR_REPLY__INIT;
	Registry__PendingFactor whose = REGISTRY__PENDING_FACTOR__INIT;
	enum status status;
	Registry__FactorOutcome out;

	call->reply = message_new(call->arena, &rpc__done__descriptor);
	status = try_code(call, &out, &unused);
	if (status != STATUS_OK || call->error.status != STATUS_OK)
		return status;
	whose.person_id = out.person_id;
	return sql_call(call->sql, &statements[STATEMENT_FACTOR_DROP],
			&whose.base, call->arena, NULL, &call->error);
}
