-- The state of what changed.
SELECT request_no, e.*
FROM request JOIN hub_message e ON e.hub_id = request.entity_id
