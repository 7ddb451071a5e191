-- Names of senders, and where answers go.
WITH gone AS (
	DELETE FROM hub h USING request r
	WHERE r.change_deleted AND h.hub_id = r.change_key::uuid
)
INSERT INTO hub (hub_id, name, lead_email, version)
SELECT change_key::uuid, name, lead_email, version FROM request
WHERE NOT change_deleted
ON CONFLICT (hub_id) DO UPDATE SET name = excluded.name,
	lead_email = excluded.lead_email, version = excluded.version
WHERE excluded.version >= hub.version
