-- The hubs: names for the figures of each hub.
WITH removed AS (
	DELETE FROM hub h USING request r
	WHERE r.change_deleted AND h.hub_id = r.change_key::uuid
)
INSERT INTO hub (hub_id, organisation_id, name, status, version)
SELECT hub_id, organisation_id, name, status, version
FROM request WHERE NOT change_deleted
ON CONFLICT (hub_id) DO UPDATE SET organisation_id = excluded.organisation_id,
	name = excluded.name, status = excluded.status, version = excluded.version
WHERE excluded.version >= hub.version
