-- Trainings by their first day.
SELECT request_no, e.*
FROM request r
CROSS JOIN LATERAL (
	SELECT training_event_id, min(day_on) AS first_on
	FROM training_day GROUP BY training_event_id
	HAVING r.from_on IS NULL OR max(day_on) >= r.from_on) d
JOIN training_event_message e USING (training_event_id)
ORDER BY request_no, d.first_on, training_event_id
