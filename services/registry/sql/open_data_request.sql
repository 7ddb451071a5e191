-- Somebody asks; strangers not without end. The month begins on the day it came in,
-- in the United Kingdom; without the same day in the next month it ends on that
-- month's last.
WITH asked AS MATERIALIZED (
	SELECT r.*, coalesce(r.data_request_id, gen_random_uuid()) AS new_id,
		least(coalesce(r.received_at, r.now), r.now) AS came_at,
		row_number() OVER (ORDER BY r.request_no) > room AS turned_away
	FROM request r, (SELECT let_in('OpenDataRequest', count(*), max(now))
		FROM request) l (room)
), stored AS (
	INSERT INTO data_request (data_request_id, kind, person_id, hub_id,
		contact, details, status, received_at, due_on, version)
	SELECT new_id, coalesce(kind, ''), person_id, hub_id, contact, details,
		'received', came_at, ((came_at AT TIME ZONE 'Europe/London')::date
			+ interval '1 month')::date, 1
	FROM asked
	WHERE (person_id IS NOT NULL OR contact <> '') AND NOT turned_away
	RETURNING data_request, data_request_id
)
SELECT a.request_no, shown.*,
	CASE WHEN turned_away THEN 'FORBIDDEN'
		WHEN s.data_request_id IS NULL THEN 'INVALID' END AS rpc_status,
	CASE WHEN turned_away THEN 'Too many requests came in within this hour. '
			'Try again in an hour, or write to the hub.'
		ELSE 'Say how to answer.' END AS rpc_message,
	CASE WHEN NOT turned_away THEN 'contact' END AS rpc_field
FROM asked a LEFT JOIN stored s ON s.data_request_id = a.new_id
LEFT JOIN LATERAL data_request_shown(data_request) shown ON true
