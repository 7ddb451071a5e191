-- Drop what is older than a day: no envelope so old is accepted any more.
DELETE FROM rpc_seen WHERE request_id IN (
	SELECT s.request_id FROM rpc_seen s, request r
	WHERE s.request_id < r.request_id
	ORDER BY s.request_id LIMIT 5000)
RETURNING 0 AS request_no
