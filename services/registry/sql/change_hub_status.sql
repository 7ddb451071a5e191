-- The superhub moves a hub; what the table of transitions does not have, its
-- trigger refuses.
WITH stored AS (
	-- Also when it is there already: another may be moving it just now.
	UPDATE hub h SET status = r.status,
		status_reason = CASE h.status WHEN r.status THEN h.status_reason
			ELSE btrim(r.reason) END,
		version = h.version + (h.status <> r.status)::int
	FROM request r
	WHERE h.hub_id = r.hub_id AND r.version IN (0, h.version)
		AND r.status IS NOT NULL AND btrim(r.reason) <> ''
	RETURNING h.*
)
SELECT request_no, h.hub_id, h.organisation_id, h.name,
	coalesce(s.status, h.status) AS status, h.lead_email, h.zone,
	coalesce(s.trained_on, h.trained_on) AS trained_on,
	coalesce(s.launched_on, h.launched_on) AS launched_on,
	coalesce(s.agreement_on, h.agreement_on) AS agreement_on,
	coalesce(s.version, h.version) AS version,
	CASE WHEN s.hub_id IS NOT NULL OR r.status = h.status THEN NULL
		WHEN r.version NOT IN (0, h.version) THEN 'CONFLICT'
		WHEN r.status IS NULL OR btrim(r.reason) = '' THEN 'INVALID'
		ELSE 'FORBIDDEN' END AS rpc_status,
	CASE WHEN r.version NOT IN (0, h.version)
		THEN 'It has changed since you read it; look again.'
		WHEN r.status IS NULL THEN 'Say which state the hub is in now.'
		WHEN btrim(r.reason) = '' THEN 'Give a reason for the history.'
		ELSE 'The superhub moves hubs.' END AS rpc_message,
	CASE WHEN r.version NOT IN (0, h.version) THEN 'version'
		WHEN r.status IS NULL THEN 'status'
		WHEN btrim(r.reason) = '' THEN 'reason' ELSE '' END AS rpc_field
FROM request r JOIN hub_message h USING (hub_id)
LEFT JOIN stored s USING (hub_id)
