-- What the acceptor said about mails in doubt.
WITH sent AS (
	DELETE FROM job j USING request r
	WHERE r.answer = 'accepted' AND j.message_id = r.message_id
		AND j.lease_token = r.lease_token AND j.state = 'dot_pending'
	RETURNING j.message_id, j.ics_sequence, j.attempt, r.now
), ledger AS (
	UPDATE message g SET state = 'sent', done_at = s.now,
		attempts = s.attempt, ics_sequence = s.ics_sequence,
		smtp_text = 'found at the acceptor after an interruption'
	FROM sent s WHERE g.message_id = s.message_id
)
UPDATE job j SET
	state = CASE r.answer WHEN 'absent' THEN 'ready' ELSE 'held' END,
	lease_until = CASE r.answer WHEN 'absent' THEN NULL
		ELSE j.lease_until END,
	due_at = statement_timestamp(), owner = '', problem = 'in doubt'
FROM request r
WHERE r.answer <> 'accepted' AND j.message_id = r.message_id
	AND j.lease_token = r.lease_token AND j.state = 'dot_pending'
