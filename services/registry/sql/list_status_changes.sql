-- What became of one entity, by time.
SELECT request_no, c.entity, c.key::uuid AS key_id, c.from_status, c.to_status,
	c.at, c.by_person_id, c.reason
FROM request r
JOIN status_change c ON c.entity = r.entity AND c.key = r.key_id::text
ORDER BY request_no, c.at, c.change_id
