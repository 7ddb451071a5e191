-- Who has a place, of a training or of a hub.
SELECT request_no, t.*, NULL AS rpc_status, NULL AS rpc_message, NULL AS rpc_field
FROM request r JOIN training_place_message t
	ON (r.training_event_id IS NULL
		OR t.training_event_id = r.training_event_id)
	AND (r.hub_id IS NULL OR t.hub_id = r.hub_id)
WHERE r.training_event_id IS NOT NULL OR r.hub_id IS NOT NULL
UNION ALL
SELECT request_no, (NULL::training_place_message).*, 'INVALID',
	'Name a training or a hub.', 'training_event_id'
FROM request WHERE training_event_id IS NULL AND hub_id IS NULL
ORDER BY request_no, training_event_id, booked_at, person_id
