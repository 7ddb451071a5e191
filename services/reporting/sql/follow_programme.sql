-- The programmes: which network a run belongs to.
WITH removed AS (
	DELETE FROM programme p USING request r
	WHERE r.change_deleted AND p.programme_id = r.change_key::uuid
)
INSERT INTO programme (programme_id, network_id, title, status, version)
SELECT programme_id, network_id, title, status, version
FROM request WHERE NOT change_deleted
ON CONFLICT (programme_id) DO UPDATE SET network_id = excluded.network_id,
	title = excluded.title, status = excluded.status,
	version = excluded.version
WHERE excluded.version >= programme.version
