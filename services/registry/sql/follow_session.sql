-- Follow scheduler session: which hub has held one, and when.
WITH gone AS (
	DELETE FROM held_session h USING request r
	WHERE r.change_deleted AND h.session_id = r.change_key::uuid
)
INSERT INTO held_session AS h
SELECT change_key::uuid, hub_id, start_at,
	status IN ('ended', 'reconciled', 'closed'), version
FROM request WHERE NOT change_deleted
ON CONFLICT (session_id) DO UPDATE SET hub_id = excluded.hub_id,
	start_at = excluded.start_at, completed = excluded.completed,
	version = excluded.version
WHERE h.version < excluded.version
