-- Follow registry hub.
WITH gone AS (
	DELETE FROM hub USING request r
	WHERE r.change_deleted AND hub.hub_id = r.change_key::uuid
)
INSERT INTO hub AS h
SELECT change_key::uuid, name, zone, version
FROM request WHERE NOT change_deleted
ON CONFLICT (hub_id) DO UPDATE SET name = excluded.name, zone = excluded.zone,
	version = excluded.version
WHERE h.version < excluded.version
