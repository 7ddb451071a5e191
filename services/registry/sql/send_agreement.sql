-- A document goes to the hub. While its application waits for the decision there
-- is nothing to agree on.
WITH sent AS (
	INSERT INTO agreement (agreement_id, hub_id, kind, document, text_hash,
		names_to_superhub, sent_at, expires_on, version)
	SELECT agreement_id, hub_id, kind, btrim(document),
		lower(btrim(text_hash)), names_to_superhub,
		coalesce(sent_at, now), expires_on, 1
	FROM request r
	WHERE NOT EXISTS (SELECT FROM hub_application a
		WHERE a.hub_id = r.hub_id
			AND a.status NOT IN ('approved', 'declined'))
	ON CONFLICT (agreement_id) DO NOTHING
	RETURNING *
)
SELECT request_no, r.agreement_id, coalesce(s.hub_id, a.hub_id) AS hub_id,
	coalesce(s.kind, a.kind) AS kind,
	coalesce(s.document, a.document) AS document,
	coalesce(s.text_hash, a.text_hash) AS text_hash,
	coalesce(s.names_to_superhub, a.names_to_superhub, false)
		AS names_to_superhub,
	coalesce(s.sent_at, a.sent_at) AS sent_at,
	a.signatory, a.signatory_role, a.signed_at,
	coalesce(s.expires_on, a.expires_on) AS expires_on, a.ended_on,
	a.reason, coalesce(s.version, a.version) AS version,
	CASE WHEN s.agreement_id IS NULL THEN 'CONFLICT' END AS rpc_status,
	CASE WHEN a.agreement_id IS NOT NULL
		THEN 'It was sent already; a new text is a new agreement.'
		ELSE 'Decide on the hub''s application first.' END AS rpc_message,
	CASE WHEN a.agreement_id IS NOT NULL THEN 'agreement_id' ELSE 'hub_id'
		END AS rpc_field
FROM request r LEFT JOIN sent s USING (agreement_id)
LEFT JOIN agreement_message a USING (agreement_id)
