-- ImportZoomAttendance, last: what became of the file, or why nothing did.
WITH refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('early', 'CONFLICT', 'session_id',
		'The session has not begun, or is cancelled.'),
	('closed', 'CONFLICT', 'session_id', 'The session is closed.'),
	('reason', 'INVALID', 'reason',
		'The session is reconciled: say why its attendance changes.'),
	('meeting', 'INVALID', 'content',
		'This is the file of another Zoom meeting: say in reason why it is this session''s.'),
	('window', 'INVALID', 'content',
		'Nobody in this file was there at the session''s time: is it another session''s file?')
)
SELECT r.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	i.import_id, i.layout, i.rows, i.matched, i.unmatched, i.ignored,
	i.known, i.state, n.attendees, n.counted
FROM request r JOIN session s USING (session_id)
LEFT JOIN attendance_import i USING (session_id, file_sha256)
LEFT JOIN refusal x ON i.import_id IS NULL AND x.refusal = coalesce(
	import_refusal(s, r.now, r.reason, r.meeting), 'window')
CROSS JOIN LATERAL (
	SELECT count(*)::int AS attendees,
		count(*) FILTER (WHERE counted)::int AS counted
	FROM attendance a WHERE a.session_id = r.session_id) n
