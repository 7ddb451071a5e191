/* superhub audit: is the trail as it was sealed? */
#include <stdio.h>
#include <string.h>

#include "registry.pb-c.h"
#include "services/common/base/text.h"
#include "services/common/wire/digest.h"
#include "services/common/wire/token.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/progress.h"

#define PAGE 100

struct input {
	const char *action;
	int64_t from;          /* events before this batch are not kept */
	const char *head;      /* "NO:HASH", noted earlier */
};

/* The chain as far as it was followed. */
struct chain {
	int64_t batch_no;
	uint8_t hash[DIGEST_BYTES];
	size_t hash_length;    /* 0 before the first batch */
	int64_t events;
	bool head_seen;
	struct token_keys *keys; /* NULL: signatures are not checked */
	struct arena *arena;   /* of one page */
};

static enum status ask(const char *name, const ProtobufCMessage *request,
		       struct arena *arena, ProtobufCMessage **reply)
{
	struct client_method method;

	return client_find("registry", name, &method)
		       ? client_call_into(&method, request, arena, reply)
		       : STATUS_INTERNAL;
}

/* NULL, or what is wrong with this batch's own words. */
static const char *check_batch(const struct chain *chain,
			       const Registry__AuditBatch *batch)
{
	struct error error;
	const void *bytes;
	size_t length;

	if (batch->batch_no != chain->batch_no + 1)
		return "the batches before it are missing";
	if (batch->hash.len != DIGEST_BYTES)
		return "its hash is no hash";
	if (chain->keys == NULL)
		return NULL;
	if (token_check_bytes(chain->keys, chain->arena, TOKEN_AUDIT,
			      batch->signature.data, batch->signature.len,
			      &bytes, &length, &error) != STATUS_OK)
		return "its signature is not the registry's";
	if (length != DIGEST_BYTES || memcmp(bytes, batch->hash.data, length))
		return "its signature is another batch's";
	return NULL;
}

/* Words that were erased leave their digest; those that are there must be the
 * ones that were given. They are taken out, as the event was when sealed. */
static bool take_words(Registry__AuditEvent *event, struct arena *arena)
{
	const char *text = arena_printf(arena, "%s%s\n%s", event->salt,
					event->reason, event->origin);
	uint8_t digest[DIGEST_BYTES];
	bool good = true;

	digest_bytes(text, strlen(text), digest);
	if (*event->reason || *event->origin)
		good = event->words_digest.len == DIGEST_BYTES &&
		       memcmp(event->words_digest.data, digest,
			      DIGEST_BYTES) == 0;
	event->reason = event->origin = event->salt = arena_strdup(arena, "");
	return good;
}

/* NULL, or what is wrong with its events; "" when they could not be read. */
static const char *check_events(struct chain *chain,
				const Registry__AuditBatch *batch,
				struct arena *arena)
{
	Registry__ListAuditEventsRequest request =
		REGISTRY__LIST_AUDIT_EVENTS_REQUEST__INIT;
	const Registry__ListAuditEventsReply *list;
	ProtobufCMessage *reply = NULL;
	uint8_t hash[DIGEST_BYTES];

	request.batch_no = batch->batch_no;
	request.limit = 500;
	if (ask("ListAuditEvents", &request.base, arena, &reply) != STATUS_OK)
		return "";
	list = (const Registry__ListAuditEventsReply *)reply;
	if (list->n_events != (size_t)batch->events)
		return list->n_events < (size_t)batch->events
			       ? "events of it were removed"
			       : "events were added to it";
	for (size_t i = 0; i < list->n_events; i++)
		if (!take_words(list->events[i], arena))
			return "a reason or an origin in it was altered";
	digest_link(arena, chain->hash, chain->hash_length,
		    (ProtobufCMessage *const *)list->events, list->n_events,
		    hash);
	if (memcmp(hash, batch->hash.data, DIGEST_BYTES) != 0)
		return "events of it were altered";
	chain->events += batch->events;
	return NULL;
}

/* The noted head must be what stands here now. */
static const char *check_head(struct chain *chain, const char *head)
{
	char text[DIGEST_TEXT + 24], hash[DIGEST_TEXT];

	digest_hex(chain->hash, hash);
	snprintf(text, sizeof(text), "%lld:%s", (long long)chain->batch_no,
		 hash);
	if (strncmp(text, head, strcspn(text, ":") + 1) != 0)
		return NULL;
	chain->head_seen = true;
	return strcmp(text, head) == 0 ? NULL
				       : "it is not the one that was noted";
}

static int follow_batch(struct chain *chain, const struct input *input,
			const Registry__AuditBatch *batch, struct arena *arena)
{
	const char *wrong = check_batch(chain, batch);

	if (wrong == NULL && batch->batch_no >= input->from)
		wrong = check_events(chain, batch, arena);
	if (wrong == NULL) {
		chain->batch_no = batch->batch_no;
		chain->hash_length = DIGEST_BYTES;
		memcpy(chain->hash, batch->hash.data, DIGEST_BYTES);
		if (input->head != NULL)
			wrong = check_head(chain, input->head);
	}
	if (wrong == NULL)
		return EXIT_OK;
	if (*wrong != '\0')
		complain("the audit trail is broken at batch %lld: %s. Keep the "
			 "database as it is, and compare it with a backup.",
			 (long long)batch->batch_no, wrong);
	return EXIT_FAILED;
}

/* One page of batches; how many there were, or -1 when something is wrong. */
static int follow_page(struct chain *chain, const struct input *input)
{
	Registry__ListAuditBatchesRequest request =
		REGISTRY__LIST_AUDIT_BATCHES_REQUEST__INIT;
	const Registry__ListAuditBatchesReply *page;
	struct arena *events = arena_new(1 << 16);
	ProtobufCMessage *reply = NULL;
	int result = -1;

	request.after_batch_no = chain->batch_no;
	request.limit = PAGE;
	arena_reset(chain->arena);
	if (ask("ListAuditBatches", &request.base, chain->arena, &reply) ==
	    STATUS_OK) {
		page = (const Registry__ListAuditBatchesReply *)reply;
		result = (int)page->n_batches;
		for (size_t i = 0; result >= 0 && i < page->n_batches; i++) {
			if (follow_batch(chain, input, page->batches[i],
					 events) != EXIT_OK)
				result = -1;
			arena_reset(events);
			progress_at((size_t)chain->batch_no);
		}
	}
	arena_free(events);
	return result;
}

static int verify(const struct input *input)
{
	struct chain chain = { .arena = NULL };
	const char *problem = NULL, *text = client_credential_keys();
	bool signatures = *text != '\0';
	char hash[DIGEST_TEXT];
	int count = 1;

	if (signatures)
		chain.keys = token_keys_new(text, NULL, &problem);
	if (problem != NULL)
		return complain("ECHO_CREDENTIAL_KEYS: %s.", problem);
	chain.arena = arena_new(1 << 16);
	progress_begin("batches", 0);
	while (count > 0)
		count = follow_page(&chain, input);
	progress_end();
	arena_free(chain.arena);
	token_keys_free(chain.keys);
	if (count < 0)
		return EXIT_FAILED;
	if (input->head != NULL && !chain.head_seen)
		return complain("the audit trail ends before the head that was "
				"noted: batches were removed. Keep the database "
				"as it is, and compare it with a backup.");
	digest_hex(chain.hash, hash);
	printf("The audit trail is as it was sealed: %lld batches, %lld "
	       "events%s.\n", (long long)chain.batch_no,
	       (long long)chain.events,
	       signatures ? "" : " (signatures not checked: no credential.keys)");
	if (chain.batch_no > 0)
		printf("Its head is %lld:%s\nNote it where nobody who can "
		       "reach this database can: --head proves next time that "
		       "nothing was cut off.\n", (long long)chain.batch_no,
		       hash);
	return EXIT_OK;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;

	if (key == 'f' && (!text_to_int64(argument, &input->from) ||
			   input->from < 1))
		argp_error(state, "--from takes the number of a batch");
	if (key == 'h')
		input->head = argument;
	if (key == 'f' || key == 'h')
		return 0;
	if (key == ARGP_KEY_END && input->action == NULL)
		argp_error(state, "audit verify is all there is to do");
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (strcmp(argument, "verify") != 0)
		argp_error(state, "audit verify is all there is to do");
	input->action = argument;
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct input input = { .from = 1 };

	command_parse(command, argc, argv, &input);
	return verify(&input);
}

static const struct argp_option options[] = {
	{ "from", 'f', "BATCH", 0,
	  "Events before this batch are no longer kept", 0 },
	{ "head", 'h', "NUMBER:HASH", 0,
	  "The head that an earlier verification printed", 0 },
	{ 0 },
};

const struct command audit_command = {
	.name = "audit",
	.arguments = "verify",
	.about = "Prove that the audit trail is as it was sealed",
	.details = "Reads every batch and every event, and computes the chain "
		   "of hashes anew; nothing of that is left to the service. "
		   "superhub call registry.ListAuditEvents shows what happened "
		   "to an entity (key) or a person (subject_id).",
	.words = "verify",
	.calls = true,
	.options = options,
	.parser = parse,
	.run = run,
};
