-- The state of what changed.
SELECT request_no, e.*
FROM request JOIN person_message e ON e.person_id = request.entity_id
