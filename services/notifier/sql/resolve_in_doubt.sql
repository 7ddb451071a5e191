-- An operator has looked a held mail up.
WITH held AS (
	SELECT r.request_no, r.sent, r.now, j.message_id
	FROM request r JOIN job j USING (message_id)
	WHERE j.state = 'held'
), gone AS (
	DELETE FROM job j USING held h
	WHERE h.sent AND j.message_id = h.message_id
	RETURNING j.message_id, j.ics_sequence, j.attempt, h.now
), ledger AS (
	UPDATE message g SET state = 'sent', done_at = o.now,
		attempts = o.attempt, ics_sequence = o.ics_sequence,
		smtp_text = 'an operator found it accepted'
	FROM gone o WHERE g.message_id = o.message_id
), again AS (
	UPDATE job j SET state = 'ready', lease_until = NULL,
		due_at = statement_timestamp(), problem = '', ics_sequence = NULL
	FROM held h WHERE NOT h.sent AND j.message_id = h.message_id
)
SELECT r.request_no,
	CASE WHEN h.message_id IS NULL THEN 'NOT_FOUND' END AS rpc_status,
	'This message is not held; ListMessages shows where it stands.'
		AS rpc_message, 'message_id' AS rpc_field
FROM request r LEFT JOIN held h USING (request_no)
