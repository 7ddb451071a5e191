-- Titles of networks.
WITH gone AS (
	DELETE FROM network n USING request r
	WHERE r.change_deleted AND n.network_id = r.change_key::uuid
)
INSERT INTO network (network_id, hub_id, title, version)
SELECT change_key::uuid, hub_id, title, version FROM request
WHERE NOT change_deleted
ON CONFLICT (network_id) DO UPDATE SET hub_id = excluded.hub_id,
	title = excluded.title, version = excluded.version
WHERE excluded.version >= network.version
