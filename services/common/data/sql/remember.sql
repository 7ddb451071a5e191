-- Remember what was answered; a request id that is known already is refused.
INSERT INTO rpc_seen (request_id, caller, body_hash, reply)
SELECT request_id, caller, body_hash, reply FROM request
