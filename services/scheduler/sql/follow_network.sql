-- Follow registry network.
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), gone AS (
	DELETE FROM network USING r
	WHERE r.change_deleted AND network.network_id = r.id
)
INSERT INTO network AS n
SELECT id, hub_id, slug, title, coalesce(status, ''), version
FROM r WHERE NOT change_deleted
ON CONFLICT (network_id) DO UPDATE SET hub_id = excluded.hub_id,
	slug = excluded.slug, title = excluded.title,
	status = excluded.status, version = excluded.version
WHERE n.version < excluded.version
