-- DecideAttendanceRow, last: the row as it is, or why it is not as asked.
WITH refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('early', 'CONFLICT', 'session_id', 'The session is cancelled.'),
	('closed', 'CONFLICT', 'session_id', 'The session is closed.'),
	('reason', 'INVALID', 'reason',
		'The session is reconciled: say why its attendance changes.'),
	('people', 'INVALID', 'person_ids',
		'link takes one person, group_login at least one, ignore and reopen none.'),
	('action', 'INVALID', 'action',
		'Use link, group_login, ignore or reopen.')
)
SELECT r.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	w.row_id, w.import_id, w.session_id, w.number, w.name, w.email,
	w.joined_at, w.left_at, w.minutes, w.state, w.why, w.person_ids,
	NULL::uuid AS proposed_person_id
FROM request r JOIN session s USING (session_id)
JOIN attendance_row w USING (row_id, session_id)
LEFT JOIN refusal x ON x.refusal = coalesce(
	import_refusal(s, r.now, r.reason, ''),
	CASE WHEN r.action NOT IN ('link', 'group_login', 'ignore', 'reopen')
		THEN 'action'
	WHEN w.person_ids <> r.person_ids
		OR (w.state = 'linked') <> (r.action IN ('link', 'group_login'))
		OR r.action = 'link' AND cardinality(r.person_ids) <> 1
		THEN 'people' END)
