-- The state of entries.
SELECT r.request_no, e.*
FROM request r JOIN entry e ON e.entry_id = r.entity_id
