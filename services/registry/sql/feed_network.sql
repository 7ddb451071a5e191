-- The state of what changed.
SELECT request_no, e.*
FROM request JOIN network e ON e.network_id = request.entity_id
