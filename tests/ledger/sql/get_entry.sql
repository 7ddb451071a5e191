-- One entry.
SELECT r.request_no, e.* FROM request r JOIN entry e USING (entry_id)
