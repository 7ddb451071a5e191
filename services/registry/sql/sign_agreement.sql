-- The superhub records who signed for the hub. Signing again changes nothing.
WITH signed AS (
	UPDATE agreement a SET signatory = btrim(r.signatory),
		signatory_role = btrim(r.signatory_role),
		signed_at = coalesce(r.signed_at, now),
		expires_on = coalesce(r.expires_on, a.expires_on),
		version = a.version + 1
	FROM request r
	WHERE a.agreement_id = r.agreement_id AND a.signed_at IS NULL
		AND a.ended_on IS NULL
	RETURNING a.*
)
SELECT request_no, a.agreement_id, a.hub_id, a.kind, a.document, a.text_hash,
	a.names_to_superhub, a.sent_at,
	coalesce(s.signatory, a.signatory) AS signatory,
	coalesce(s.signatory_role, a.signatory_role) AS signatory_role,
	coalesce(s.signed_at, a.signed_at) AS signed_at,
	coalesce(s.expires_on, a.expires_on) AS expires_on, a.ended_on, a.reason,
	coalesce(s.version, a.version) AS version,
	CASE WHEN a.ended_on IS NOT NULL THEN 'CONFLICT'
		WHEN s.agreement_id IS NULL AND a.signed_at IS NULL
		THEN 'FORBIDDEN' END AS rpc_status,
	CASE WHEN a.ended_on IS NOT NULL THEN 'It has ended; send a new one.'
		ELSE 'The superhub records who signs.' END AS rpc_message,
	'agreement_id' AS rpc_field
FROM request r JOIN agreement_message a USING (agreement_id)
LEFT JOIN signed s USING (agreement_id)
