-- Timer: sessions begin and end by the domain's time, and are reconciled when
-- an import is in and nothing waits in the review queue. Repeated while it
-- moves one, so that a late replica walks every step.
UPDATE session s SET status = CASE s.status
	WHEN 'published' THEN 'live'
	WHEN 'live' THEN 'ended'
	ELSE 'reconciled' END
FROM request r
WHERE s.status IN ('published', 'live', 'ended') AND (
	s.status = 'published' AND s.start_at <= r.now
	OR s.status = 'live' AND s.end_at <= r.now
	OR s.status = 'ended' AND EXISTS (
		SELECT FROM attendance_import i
		WHERE i.session_id = s.session_id)
	AND NOT EXISTS (
		SELECT FROM attendance_row w
		WHERE w.session_id = s.session_id AND w.state = 'open'))
RETURNING r.request_no
