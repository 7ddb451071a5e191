-- Attendance may be known only days after the session: thank who has not been
-- thanked, for a fortnight.
UPDATE plan p SET state = 'planned',
	due_at = after_quiet_hours(r.now, s.zone)
FROM (SELECT session_id, min(now) AS now FROM request
	WHERE NOT change_deleted AND counted GROUP BY session_id) r
JOIN session s USING (session_id)
WHERE p.session_id = r.session_id AND p.rule = 'thanks'
	AND p.state = 'queued' AND p.anchor_at = s.end_at
	AND r.now < p.anchor_at + interval '14 days'
	AND EXISTS (SELECT FROM attendance a
		WHERE a.session_id = p.session_id AND a.counted
		AND NOT EXISTS (SELECT FROM message g
			WHERE g.session_id = a.session_id
			AND g.person_id = a.person_id AND g.rule = 'thanks'))
