-- When and where sessions are.
WITH gone AS (
	DELETE FROM session s USING request r
	WHERE r.change_deleted AND s.session_id = r.change_key::uuid
)
INSERT INTO session (session_id, network_id, hub_id, number, title, topic,
	objectives, start_local, zone, minutes, start_at, end_at, join_url,
	status, uid, sequence, cancelled_reason, version)
SELECT change_key::uuid, network_id, hub_id, number, title, topic, objectives,
	start_local, zone, minutes, start_at, end_at, join_url, status, uid,
	sequence, cancelled_reason, version
FROM request WHERE NOT change_deleted
ON CONFLICT (session_id) DO UPDATE SET network_id = excluded.network_id,
	hub_id = excluded.hub_id, number = excluded.number,
	title = excluded.title, topic = excluded.topic,
	objectives = excluded.objectives, start_local = excluded.start_local,
	zone = excluded.zone, minutes = excluded.minutes,
	start_at = excluded.start_at, end_at = excluded.end_at,
	join_url = excluded.join_url, status = excluded.status,
	uid = excluded.uid, sequence = excluded.sequence,
	cancelled_reason = excluded.cancelled_reason,
	version = excluded.version
WHERE excluded.version >= session.version
