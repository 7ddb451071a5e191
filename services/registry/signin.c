/* signin: hashes for the database, links for the notifier. */
#include <string.h>

#include "notifier.pb-c.h"
#include "registry.pb-c.h"
#include "registry_signin.pb-c.h"
#include "services/common/wire/digest.h"
#include "services/common/wire/vault.h"
#include "services/registry/signin.h"
#include "services/registry/statements.h"

#define SECRET_MIN 32
#define NOTIFIER_TIMEOUT_US CLOCK_SECOND

static char *hash_of(struct arena *arena, const char *secret)
{
	char hash[DIGEST_TEXT];

	digest_sha256(secret, strlen(secret), hash);
	return arena_strdup(arena, hash);
}

static enum status secret_check(struct call *call, char **secret)
{
	if (strlen(*secret) < SECRET_MIN)
		return call_fail(call, STATUS_INVALID,
				 "Make a secret of at least 32 characters.",
				 "session_secret");
	*secret = hash_of(call->arena, *secret);
	return STATUS_OK;
}

enum status confirm_sign_in_check(struct call *call)
{
	Registry__ConfirmSignInRequest *request =
		(Registry__ConfirmSignInRequest *)call->request;

	request->token = hash_of(call->arena, request->token);
	return secret_check(call, &request->session_secret);
}

enum status session_check(struct call *call)
{
	return secret_check(call, &((Registry__SessionSecret *)call->request)
					   ->session_secret);
}

enum status code_check(struct call *call)
{
	return secret_check(call,
			    &((Registry__ConfirmSecondFactorRequest *)
				      call->request)
				     ->session_secret);
}

/* ---- from wishes to mails ---- */

/* What a round has in hand: a link and a notice for each known address. */
struct round {
	struct arena *arena;
	Registry__LinkWishes *wishes;
	struct sql_request *links, *drops;
	ProtobufCMessage **notices;
	const char **addresses; /* of the notices */
	size_t count, drop_count;
};

static void add_link(struct round *round, const Registry__LinkWish *wish)
{
	Registry__Link *link = (Registry__Link *)message_new(
		round->arena, &registry__link__descriptor);
	Notifier__Notice *notice = (Notifier__Notice *)message_new(
		round->arena, &notifier__notice__descriptor);
	char token[VAULT_TOKEN_TEXT], text[ID_TEXT];
	uint8_t id[ID_BYTES];

	vault_token(token);
	id_new(id);
	id_format(id, text);
	link->link_id = arena_strdup(round->arena, text);
	link->address = wish->address;
	link->token_hash = hash_of(round->arena, token);
	link->expires_at = wish->expires_at;
	notice->notice_id = link->link_id;
	notice->rule = arena_strdup(round->arena, "sign_in");
	notice->person_id = wish->person_id;
	notice->address = wish->address;
	notice->language = wish->language;
	notice->path = arena_printf(round->arena, "/sign-in/%s", token);
	notice->expires_at = wish->expires_at;
	round->links[round->count].message = &link->base;
	round->addresses[round->count] = wish->address;
	round->notices[round->count++] = &notice->base;
}

static void add_drop(struct round *round, const char *address)
{
	Registry__Address *drop = (Registry__Address *)message_new(
		round->arena, &registry__address__descriptor);

	drop->address = arena_strdup(round->arena, address);
	round->drops[round->drop_count++].message = &drop->base;
}

static void fill_round(struct round *round)
{
	size_t most = round->wishes->n_wishes;

	round->links = arena_array(round->arena, most, sizeof(*round->links));
	round->drops = arena_array(round->arena, most, sizeof(*round->drops));
	round->notices =
		arena_array(round->arena, most, sizeof(*round->notices));
	round->addresses =
		arena_array(round->arena, most, sizeof(*round->addresses));
	for (size_t i = 0; i < most; i++) {
		const Registry__LinkWish *wish = round->wishes->wishes[i];

		if (*wish->person_id)
			add_link(round, wish);
		else
			add_drop(round, wish->address);
	}
}

static const struct authority timer = TIMER_AUTHORITY("mail_links");

/* Lease the wishes and keep the links, in one transaction. */
static bool prepare(struct sql *sql, struct round *round)
{
	struct error error = { STATUS_OK, "", "" };
	ProtobufCMessage *reply;

	if (sql_begin(sql, &timer, &error) == STATUS_OK &&
	    sql_call(sql, &statements[STATEMENT_LINK_TAKE], NULL,
		     round->arena, &reply, &error) == STATUS_OK) {
		round->wishes = (Registry__LinkWishes *)reply;
		fill_round(round);
		statement_run(sql, STATEMENT_LINK_PUT, round->count,
			      round->links, round->arena, &error);
	}
	return timer_end(sql, &timer, &error);
}

static bool drop(struct sql *sql, struct round *round)
{
	struct error error = { STATUS_OK, "", "" };

	if (!round->drop_count)
		return false;
	if (sql_begin(sql, &timer, &error) == STATUS_OK)
		statement_run(sql, STATEMENT_LINK_DROP, round->drop_count,
			      round->drops, round->arena, &error);
	return timer_end(sql, &timer, &error);
}

/* The notifier has it, or will never take it. */
static bool is_over(enum status status)
{
	return status == STATUS_OK || status == STATUS_INVALID ||
	       status == STATUS_FORBIDDEN;
}

/* Wishes that are not over come again when their lease is. */
static void drop_handed(struct service_run *run, struct round *round,
			const struct rpc_result *results)
{
	long long handed = 0;

	for (size_t i = 0; i < round->count; i++)
		if (is_over(results[i].error.status)) {
			add_drop(round, round->addresses[i]);
			handed++;
		}
	if (handed < (long long)round->count)
		log_line(LOG_WARN, "the notifier refuses links", "count",
			 log_int((long long)round->count - handed), NULL);
	service_count(run, "sign_in_links", handed);
}

static bool hand_over(struct service_run *run, struct round *round)
{
	struct rpc_peer *notifier = service_peer(run, "notifier");
	const struct rpc_options options = { .timeout_us =
						     NOTIFIER_TIMEOUT_US };
	struct rpc_result *results = arena_array(round->arena, round->count,
						 sizeof(*results));
	struct error error = { STATUS_OK, "", "" };

	if (!round->count)
		return true;
	if (!notifier ||
	    rpc_call_many(notifier, "SendNotice", round->count, round->notices,
			  &rpc__done__descriptor, round->arena, &options,
			  results, &error) != STATUS_OK) {
		log_line(LOG_WARN, "links wait for the notifier", "count",
			 log_int((long long)round->count), "why",
			 status_name(error.status), NULL);
		return false;
	}
	drop_handed(run, round, results);
	return true;
}

bool mail_links(struct service_run *run, struct sql *sql, struct arena *arena)
{
	struct round round = { .arena = arena };
	bool handed;

	if (!sql_ready(sql) || !prepare(sql, &round))
		return false;
	handed = hand_over(run, &round);
	return drop(sql, &round) && handed;
}
