-- An agreement ends before its time. Ending twice is ending once.
WITH ended AS (
	UPDATE agreement a SET ended_on = coalesce(r.ended_on, now::date),
		ended_reason = btrim(r.reason), version = a.version + 1
	FROM request r
	WHERE a.agreement_id = r.agreement_id AND a.ended_on IS NULL
		AND btrim(r.reason) <> ''
	RETURNING a.*
)
SELECT request_no, a.agreement_id, a.hub_id, a.kind, a.document, a.text_hash,
	a.names_to_superhub, a.sent_at, a.signatory, a.signatory_role,
	a.signed_at, a.expires_on, coalesce(e.ended_on, a.ended_on) AS ended_on,
	coalesce(e.ended_reason, a.reason) AS reason,
	coalesce(e.version, a.version) AS version,
	CASE WHEN btrim(r.reason) = '' THEN 'INVALID'
		WHEN e.agreement_id IS NULL AND a.ended_on IS NULL
		THEN 'FORBIDDEN' END AS rpc_status,
	CASE WHEN btrim(r.reason) = '' THEN 'Say why it ends.'
		ELSE 'The superhub ends agreements.' END AS rpc_message,
	CASE WHEN btrim(r.reason) = '' THEN 'reason' ELSE 'agreement_id' END
		AS rpc_field
FROM request r JOIN agreement_message a USING (agreement_id)
LEFT JOIN ended e USING (agreement_id)
