-- Whether a session counts, when it was and what it credits decides about its
-- attendances, which may be here already.
WITH note AS (
	INSERT INTO touched
	SELECT change_key::uuid FROM request
	UNION ALL
	SELECT a.attendance_id FROM request r
	JOIN attendance a ON a.session_id = r.change_key::uuid
), removed AS (
	DELETE FROM session s USING request r
	WHERE r.change_deleted AND s.session_id = r.change_key::uuid
)
INSERT INTO session (session_id, programme_id, network_id, hub_id, number,
	start_at, cpd_minutes, status, version)
SELECT session_id, programme_id, network_id, hub_id, number, start_at,
	cpd_minutes, status, version
FROM request WHERE NOT change_deleted
ON CONFLICT (session_id) DO UPDATE SET programme_id = excluded.programme_id,
	network_id = excluded.network_id, hub_id = excluded.hub_id,
	number = excluded.number, start_at = excluded.start_at,
	cpd_minutes = excluded.cpd_minutes, status = excluded.status,
	version = excluded.version
WHERE excluded.version >= session.version
