-- What became of tries. An acceptance is a fact and needs no token: a rival's
-- question for its dot then finds nothing. Everything else counts only for the
-- lease it was tried under.
WITH step AS MATERIALIZED (
	SELECT r.*, j.domain, j.attempt, g.address, g.expires_at,
		CASE r.outcome
		-- 1, 5, 15, 30 minutes, 1, 2, 4 hours, give or take a fifth
		WHEN 'retry' THEN interval '1 minute' * (0.8 + 0.4 * random())
			* (ARRAY[1, 5, 15, 30, 60, 120, 240])
				[least(greatest(j.attempt, 1), 7)]
		ELSE interval '0' END AS delay
	FROM request r
	JOIN job j USING (message_id)
	JOIN message g USING (message_id)
	WHERE r.outcome = 'sent' OR (j.lease_token = r.lease_token
		AND j.state IN ('leased', 'dot_pending'))
), over AS (
	DELETE FROM job j USING step s
	WHERE j.message_id = s.message_id
		AND (s.outcome IN ('sent', 'bounced', 'refused')
			OR s.now + s.delay >= s.expires_at)
		AND (s.outcome = 'sent' OR j.lease_token = s.lease_token)
	RETURNING s.*, j.ics_sequence
), ledger AS (
	UPDATE message g SET
		state = CASE o.outcome WHEN 'sent' THEN 'sent'
			WHEN 'bounced' THEN 'bounced' WHEN 'refused' THEN 'bounced'
			ELSE 'missed' END,
		reason = CASE o.outcome WHEN 'sent' THEN ''
			WHEN 'bounced' THEN 'address' WHEN 'refused' THEN 'refused'
			ELSE 'expired' END,
		done_at = o.now, attempts = o.attempt, smtp_code = o.smtp_code,
		smtp_text = o.smtp_text, ics_sequence = CASE o.outcome
			WHEN 'sent' THEN o.ics_sequence END
	FROM over o WHERE g.message_id = o.message_id
), later AS (
	UPDATE job j SET state = 'ready',
		due_at = statement_timestamp() + s.delay, lease_until = NULL,
		owner = '', ics_sequence = NULL,
		attempt = s.attempt
			- (s.outcome IN ('relay_down', 'returned'))::integer,
		problem = s.smtp_text
	FROM step s
	WHERE j.message_id = s.message_id AND j.lease_token = s.lease_token
		AND s.outcome NOT IN ('sent', 'bounced', 'refused')
		AND s.now + s.delay < s.expires_at
), bad AS (
	INSERT INTO suppression (address, reason, since)
	SELECT DISTINCT ON (lower(address)) lower(address),
		'bounced: ' || smtp_text, now
	FROM over WHERE outcome = 'bounced'
	ON CONFLICT DO NOTHING
), busy AS (
	INSERT INTO domain_pause AS d (domain, until, step)
	SELECT DISTINCT domain, statement_timestamp() + interval '5 minutes', 1
	FROM step WHERE outcome = 'domain_busy'
	ON CONFLICT (domain) DO UPDATE SET step = d.step + 1,
		until = statement_timestamp()
			+ least(160, 5 * 2 ^ d.step) * interval '1 minute'
	WHERE d.until <= statement_timestamp()
), free AS (
	DELETE FROM domain_pause d USING over o
	WHERE d.domain = o.domain AND o.outcome = 'sent'
		AND d.until <= statement_timestamp()
		AND NOT EXISTS (SELECT FROM step s
			WHERE s.domain = d.domain AND s.outcome = 'domain_busy')
)
UPDATE circuit c SET
	until = CASE WHEN b.up THEN '-infinity' ELSE statement_timestamp()
		+ least(300, 2 ^ c.step) * interval '1 second' END,
	step = CASE WHEN b.up THEN 0 ELSE least(c.step + 1, 9) END,
	problem = CASE WHEN b.up THEN '' ELSE b.problem END
FROM (SELECT bool_or(outcome = 'sent') AS up,
		bool_or(outcome = 'relay_down') AS down,
		coalesce(max(smtp_text) FILTER (WHERE outcome = 'relay_down'), '')
			AS problem
	FROM request) b
WHERE (b.up AND c.step > 0)
	OR (b.down AND NOT b.up AND c.until <= statement_timestamp())
