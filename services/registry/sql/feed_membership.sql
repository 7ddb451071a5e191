-- The state of what changed.
SELECT request_no, e.*
FROM request JOIN membership_message e ON e.membership_id = request.entity_id
