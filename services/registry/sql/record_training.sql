-- Who was there on a day, or was not after all.
WITH present AS (
	INSERT INTO training_attendance (training_event_id, person_id, day_on)
	SELECT DISTINCT training_event_id, person_id, d.day_on
	FROM request r JOIN training_place USING (training_event_id, person_id)
	JOIN training_day d USING (training_event_id)
	WHERE d.day_on = r.day_on AND NOT r.absent
	ON CONFLICT DO NOTHING
), absent AS (
	DELETE FROM training_attendance a USING request r
	WHERE r.absent AND (a.training_event_id, a.person_id, a.day_on)
		= (r.training_event_id, r.person_id, r.day_on)
)
SELECT request_no, CASE WHEN d.day_on IS NULL THEN 'INVALID' END AS rpc_status,
	'This is not a day of that training.' AS rpc_message,
	'day_on' AS rpc_field
FROM request r JOIN training_place USING (training_event_id, person_id)
LEFT JOIN training_day d USING (training_event_id, day_on)
