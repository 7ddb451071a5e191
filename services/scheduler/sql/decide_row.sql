-- DecideAttendanceRow, first: the row. (Then attend.sql, then the reply.)
UPDATE attendance_row w SET
	state = CASE r.action WHEN 'ignore' THEN 'ignored'
		WHEN 'reopen' THEN 'open' ELSE 'linked' END,
	why = CASE r.action WHEN 'group_login' THEN r.action
		ELSE 'decided' END,
	person_ids = r.person_ids,
	decided_at = r.now, decided_by_id = r.principal_person_id,
	decision_reason = r.reason
FROM request r JOIN session s USING (session_id)
WHERE w.row_id = r.row_id AND w.session_id = r.session_id
AND import_refusal(s, r.now, r.reason, '') IS NULL
AND (r.action = 'link' AND cardinality(r.person_ids) = 1
	OR r.action = 'group_login' AND r.person_ids <> '{}'
	OR r.action IN ('ignore', 'reopen') AND r.person_ids = '{}')
