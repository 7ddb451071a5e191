-- The state of what changed.
SELECT request_no, shown.*
FROM request JOIN network n ON n.network_id = request.entity_id
CROSS JOIN LATERAL network_shown(n) shown
