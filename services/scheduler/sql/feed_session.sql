-- Feed session.
SELECT r.request_no, e.*
FROM request r JOIN session e ON e.session_id = r.entity_id::uuid
