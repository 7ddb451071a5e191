-- Follow registry network.
WITH gone AS (
	DELETE FROM network USING request r
	WHERE r.change_deleted AND network.network_id = r.change_key::uuid
)
INSERT INTO network AS n
SELECT change_key::uuid, hub_id, slug, title, coalesce(status, ''), version
FROM request WHERE NOT change_deleted
ON CONFLICT (network_id) DO UPDATE SET hub_id = excluded.hub_id,
	slug = excluded.slug, title = excluded.title,
	status = excluded.status, version = excluded.version
WHERE n.version < excluded.version
