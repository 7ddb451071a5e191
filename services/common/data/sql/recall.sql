-- What was answered to these request ids.
SELECT request_no, s.request_id, s.caller, s.body_hash, s.reply
FROM request JOIN rpc_seen s USING (request_id)
