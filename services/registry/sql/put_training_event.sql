-- Create a training or replace it, with its days.
WITH stored AS (
	INSERT INTO training_event AS e (training_event_id, kind, title,
		capacity, version)
	SELECT training_event_id, kind, btrim(title), capacity, version + 1
	FROM request r
	WHERE jsonb_array_length(r.days) > 0 AND (version = 0 OR EXISTS (
		SELECT FROM training_event
		WHERE training_event_id = r.training_event_id))
	ON CONFLICT (training_event_id) DO UPDATE SET kind = excluded.kind,
		title = excluded.title, capacity = excluded.capacity,
		version = e.version + 1
	WHERE excluded.version IN (1, e.version + 1)
	RETURNING *
), given AS (
	SELECT DISTINCT s.training_event_id, d.day_on
	FROM request r JOIN stored s USING (training_event_id)
	CROSS JOIN jsonb_to_recordset(r.days) AS d(day_on date)
), dropped AS (
	DELETE FROM training_day d USING stored s
	WHERE d.training_event_id = s.training_event_id
		AND (d.training_event_id, d.day_on)
			NOT IN (SELECT training_event_id, day_on FROM given)
), added AS (
	INSERT INTO training_day SELECT * FROM given ON CONFLICT DO NOTHING
)
SELECT request_no, s.training_event_id, s.kind, s.title,
	(SELECT jsonb_agg(jsonb_build_object('day_on', g.day_on)
			ORDER BY g.day_on) FROM given g
		WHERE g.training_event_id = s.training_event_id) AS days,
	s.capacity, s.version, NULL AS rpc_status, NULL AS rpc_message,
	NULL AS rpc_field
FROM request JOIN stored s USING (training_event_id)
UNION ALL
SELECT request_no, e.*, 'CONFLICT',
	'It has changed since you read it; look again.', 'version'
FROM request r JOIN training_event_message e USING (training_event_id)
WHERE jsonb_array_length(r.days) > 0
	AND training_event_id NOT IN (SELECT training_event_id FROM stored)
UNION ALL
SELECT request_no, (NULL::training_event_message).*, 'INVALID',
	'Give the days of the training.', 'days'
FROM request r WHERE jsonb_array_length(r.days) = 0
