-- Follow registry hub.
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), gone AS (
	DELETE FROM hub USING r
	WHERE r.change_deleted AND hub.hub_id = r.id
)
INSERT INTO hub AS h
SELECT id, name, zone, version
FROM r WHERE NOT change_deleted
ON CONFLICT (hub_id) DO UPDATE SET name = excluded.name, zone = excluded.zone,
	version = excluded.version
WHERE h.version < excluded.version
