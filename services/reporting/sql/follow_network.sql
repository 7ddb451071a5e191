-- A network that moves to another hub takes its sessions along. Only a change of
-- hub touches facts: titles change more often.
WITH moved AS (
	SELECT r.change_key::uuid AS network_id
	FROM request r
	LEFT JOIN network n ON n.network_id = r.change_key::uuid
	WHERE n.hub_id IS DISTINCT FROM r.hub_id
), note AS (
	INSERT INTO touched
	SELECT s.session_id FROM moved
	JOIN session s ON s.network_id = moved.network_id
	UNION ALL
	SELECT a.attendance_id FROM moved
	JOIN session s ON s.network_id = moved.network_id
	JOIN attendance a ON a.session_id = s.session_id
), removed AS (
	DELETE FROM network n USING request r
	WHERE r.change_deleted AND n.network_id = r.change_key::uuid
)
INSERT INTO network (network_id, hub_id, title, slug, status, version)
SELECT network_id, hub_id, title, slug, status, version
FROM request WHERE NOT change_deleted
ON CONFLICT (network_id) DO UPDATE SET hub_id = excluded.hub_id,
	title = excluded.title, slug = excluded.slug, status = excluded.status,
	version = excluded.version
WHERE excluded.version >= network.version
