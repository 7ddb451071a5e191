-- Remember what was answered; a request id that is known already is refused.
INSERT INTO rpc_seen (request_id, caller, body_hash, reply)
SELECT request_id, caller, body_hash, reply FROM request
RETURNING (SELECT request_no FROM request r
	WHERE r.request_id = rpc_seen.request_id) AS request_no
