-- The state of what changed.
SELECT request_no, e.*
FROM request
JOIN organisation_message e ON e.organisation_id = request.entity_id
