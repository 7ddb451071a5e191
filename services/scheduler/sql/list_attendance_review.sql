-- ListAttendanceReview: rows nobody is linked to, with the network's member
-- whose name is most like the row's, if one is like it at all.
SELECT r.request_no, w.row_id, w.import_id, w.session_id, w.number, w.name,
	w.email, w.joined_at, w.left_at, w.minutes, w.state, w.why,
	w.person_ids, like_it.person_id AS proposed_person_id
FROM request r CROSS JOIN LATERAL (
	SELECT w.*, s.network_id
	FROM attendance_row w JOIN session s USING (session_id)
	WHERE w.state = 'open' AND coalesce(r.session_id, r.hub_id) IS NOT NULL
	AND (r.session_id IS NULL OR w.session_id = r.session_id)
	AND (r.hub_id IS NULL OR w.hub_id = r.hub_id)
	AND (r.after_row_id IS NULL OR w.row_id > r.after_row_id)
	ORDER BY w.row_id
	LIMIT least(coalesce(nullif(r."limit", 0), 100), 500)
) w
LEFT JOIN LATERAL (
	SELECT p.person_id
	FROM membership m JOIN person p USING (person_id)
	CROSS JOIN LATERAL (SELECT similarity(name_key(w.name),
		name_key(p.first_name || ' ' || p.last_name)) AS nearness) n
	WHERE m.network_id = w.network_id AND m.status = 'approved'
	AND nearness >= 0.4
	ORDER BY nearness DESC, p.person_id LIMIT 1
) like_it ON w.why <> 'phone'
ORDER BY r.request_no, w.row_id
