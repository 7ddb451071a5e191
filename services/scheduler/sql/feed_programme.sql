-- Feed programme.
SELECT r.request_no, e.*
FROM request r JOIN programme e ON e.programme_id = r.entity_id::uuid
