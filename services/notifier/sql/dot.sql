-- May the final dot be sent? Committed before it is. No, when the lease is
-- gone or about to go, when the mail was voided (its job is gone), or when the
-- address was suppressed meanwhile (reminder_kind.always: all the same).
WITH suppressed AS (
	DELETE FROM job j USING request r, message g
	WHERE j.message_id = r.message_id AND g.message_id = r.message_id
		AND j.lease_token = r.lease_token AND j.state = 'leased'
		AND EXISTS (SELECT FROM suppression x JOIN reminder_kind k
			ON k.rule = g.rule AND NOT k.always
			WHERE x.address = lower(g.address))
	RETURNING j.message_id, r.now
), noted AS (
	UPDATE message g SET state = 'skipped', reason = 'suppressed',
		done_at = s.now
	FROM suppressed s WHERE g.message_id = s.message_id
), going AS (
	UPDATE job j SET state = 'dot_pending',
		ics_sequence = nullif(r.ics_sequence, -1)
	FROM request r JOIN message g USING (message_id)
	WHERE j.message_id = r.message_id AND j.lease_token = r.lease_token
		AND j.state = 'leased'
		AND j.lease_until > statement_timestamp()
			+ r.margin_s * interval '1 second'
		AND NOT EXISTS (SELECT FROM suppression x JOIN reminder_kind k
			ON k.rule = g.rule AND NOT k.always
			WHERE x.address = lower(g.address))
	RETURNING r.request_no
)
SELECT r.request_no, w.request_no IS NOT NULL AS go
FROM request r LEFT JOIN going w USING (request_no)
