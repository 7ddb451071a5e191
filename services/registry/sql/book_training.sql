-- A place for somebody of a hub; booking again is booking once. Places are given
-- in the order of arrival, as join.sql does.
WITH wanted AS (
	SELECT DISTINCT ON (r.training_event_id, r.person_id) r.*
	FROM request r
	WHERE NOT EXISTS (SELECT FROM training_place p
		WHERE (p.training_event_id, p.person_id)
			= (r.training_event_id, r.person_id))
	ORDER BY r.training_event_id, r.person_id, request_no
), seat AS MATERIALIZED (
	SELECT training_event_id, training_free(training_event_id) AS free
	FROM (SELECT DISTINCT training_event_id FROM wanted
		ORDER BY training_event_id) e
), booked AS (
	INSERT INTO training_place (training_event_id, person_id, hub_id,
		booked_at)
	SELECT training_event_id, w.person_id, w.hub_id, w.now
	FROM (SELECT *, row_number() OVER (PARTITION BY training_event_id
			ORDER BY request_no) AS nth
		FROM wanted) w
	JOIN seat USING (training_event_id)
	WHERE nth <= free
	RETURNING *
)
SELECT request_no, training_event_id, person_id,
	coalesce(b.hub_id, t.hub_id, r.hub_id) AS hub_id,
	coalesce(b.booked_at, t.booked_at) AS booked_at, t.completed_on,
	coalesce(t.days, '[]') AS days, coalesce(p.first_name, '') AS first_name,
	coalesce(p.last_name, '') AS last_name,
	CASE WHEN b.hub_id IS NULL AND t.hub_id IS NULL THEN 'CONFLICT'
		END AS rpc_status,
	'Every place of this training is taken; choose another.' AS rpc_message,
	'training_event_id' AS rpc_field
FROM request r
LEFT JOIN booked b USING (training_event_id, person_id)
LEFT JOIN training_place_message t USING (training_event_id, person_id)
LEFT JOIN person p USING (person_id)
