-- Remember what was answered; no row for a request id that is known already.
INSERT INTO rpc_seen (request_id, caller, body_hash, reply)
SELECT request_id, caller, body_hash, reply FROM request
ON CONFLICT (request_id) DO NOTHING
RETURNING (SELECT request_no FROM request r
	WHERE r.request_id = rpc_seen.request_id) AS request_no
