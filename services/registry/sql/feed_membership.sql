-- The state of what changed, without the answers: what a person wrote to the hub
-- stays here.
SELECT request_no, shown.*
FROM request JOIN membership m ON m.membership_id = request.entity_id
CROSS JOIN LATERAL membership_shown(m, false) shown
