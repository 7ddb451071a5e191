/* audit: see audit.h. */
#include "registry.pb-c.h"
#include "services/common/wire/digest.h"
#include "services/registry/audit.h"
#include "services/registry/credential.h"
#include "services/registry/statements.h"

static const struct authority sealer = TIMER_AUTHORITY("seal_audit");

/* The seal of a page: the link to the batch before, and its signature. */
static const ProtobufCMessage *make_seal(const struct token_keys *keys,
					 const Registry__AuditPage *page,
					 struct arena *arena)
{
	Registry__AuditSeal *seal = (Registry__AuditSeal *)message_new(
		arena, &registry__audit_seal__descriptor);

	seal->batch_no = page->batch_no;
	seal->n_event_numbers = page->n_events;
	seal->event_numbers = arena_array(arena, page->n_events,
					  sizeof(*seal->event_numbers));
	for (size_t i = 0; i < page->n_events; i++)
		seal->event_numbers[i] = page->events[i]->event_id;
	seal->hash.len = DIGEST_BYTES;
	seal->hash.data = arena_alloc(arena, DIGEST_BYTES);
	digest_link(arena, page->previous_hash.data, page->previous_hash.len,
		    (ProtobufCMessage *const *)page->events, page->n_events,
		    seal->hash.data);
	seal->signature.data = token_sign_bytes(
		keys, arena, TOKEN_AUDIT, seal->hash.data, DIGEST_BYTES,
		&seal->signature.len);
	return &seal->base;
}

/* Whether there was anything to seal. */
static bool seal_page(struct service_run *run, struct sql *sql,
		      struct arena *arena, struct error *error)
{
	ProtobufCMessage *page = NULL;

	if (sql_call(sql, &statements[STATEMENT_AUDIT_UNSEALED], NULL, arena,
		     &page, error) != STATUS_OK ||
	    !((Registry__AuditPage *)page)->n_events)
		return false;
	return sql_call(sql, &statements[STATEMENT_AUDIT_SEAL],
			make_seal(credential_keys(run),
				  (Registry__AuditPage *)page, arena),
			arena, NULL, error) == STATUS_OK;
}

bool seal_audit(struct service_run *run, struct sql *sql, struct arena *arena)
{
	struct error error = { STATUS_OK, "", "" };
	bool sealed = sql_begin(sql, &sealer, &error) == STATUS_OK &&
		      seal_page(run, sql, arena, &error);

	if (sealed || error.status != STATUS_OK)
		return timer_end(sql, &sealer, &error);
	sql_rollback(sql); /* costs nothing, each second */
	return false;
}
