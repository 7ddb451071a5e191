-- Lease ready jobs to a sender and give all that composing them needs. What is
-- of no use any more leaves the queue. statement_timestamp: the database's
-- clock; now: the domain's.
WITH picked AS MATERIALIZED (
	SELECT j.message_id, r.request_no, r.owner, r.lease_s, r.now
	FROM request r, job j
	WHERE j.lease_until IS NULL AND j.due_at <= statement_timestamp()
		AND NOT EXISTS (SELECT FROM circuit c
			WHERE c.until > statement_timestamp())
		AND NOT EXISTS (SELECT FROM domain_pause d
			WHERE d.domain = j.domain
			AND d.until > statement_timestamp())
	ORDER BY j.due_at, j.message_id
	LIMIT (SELECT sum(most) FROM request)
	FOR UPDATE OF j SKIP LOCKED
), expired AS (
	DELETE FROM job j USING picked p, message g
	WHERE j.message_id = p.message_id AND g.message_id = p.message_id
		AND g.expires_at <= p.now
	RETURNING j.message_id, j.attempt, p.now
), missed AS (
	UPDATE message g SET state = 'missed', reason = 'expired',
		done_at = e.now, attempts = e.attempt
	FROM expired e WHERE g.message_id = e.message_id
), leased AS (
	UPDATE job j SET state = 'leased', lease_token = j.lease_token + 1,
		lease_until = statement_timestamp()
			+ p.lease_s * interval '1 second',
		owner = p.owner, attempt = j.attempt + 1
	FROM picked p JOIN message g USING (message_id)
	WHERE j.message_id = p.message_id AND g.expires_at > p.now
	RETURNING j.message_id, j.lease_token, p.request_no, g.session_id,
		g.person_id, g.rule, g.sequence, g.address, g.language
), part AS MATERIALIZED (
	SELECT a.session_id,
		string_agg(q.first_name || ' ' || q.last_name, ', '
			ORDER BY q.last_name) FILTER (WHERE a.role = 'facilitator')
			AS facilitator,
		string_agg(q.first_name || ' ' || q.last_name, ', '
			ORDER BY q.last_name) FILTER (WHERE a.role = 'speaker')
			AS speaker
	FROM assignment a
	JOIN person q USING (person_id)
	WHERE a.session_id IN (SELECT session_id FROM leased)
		AND a.status IN ('invited', 'confirmed', 'delivered')
	GROUP BY a.session_id
)
SELECT l.request_no, l.message_id, l.lease_token,
	concat(l.message_id, '.', l.sequence, '.', c.stamp) AS reference,
	k.method, l.address,
	-- a notice may go to a mailbox that several people read
	CASE WHEN o.message_id IS NULL
		THEN coalesce(q.first_name || ' ' || q.last_name, '')
		ELSE '' END AS full_name,
	coalesce(nullif(q.first_name, ''), q.last_name, '') AS name,
	l.language, x.subject, x.text, l.session_id, s.title, s.topic,
	s.objectives, coalesce(s.start_local, o.until_local) AS start_local, s.zone, s.minutes, s.start_at, s.end_at,
	s.join_url, s.uid, s.sequence,
	coalesce(s.cancelled_reason, o.reason) AS reason,
	coalesce(n.title, o.network) AS network, coalesce(h.name, o.hub) AS hub,
	coalesce(h.lead_email, o.reply_to) AS reply_to,
	t.facilitator, t.speaker, o.path
FROM leased l
JOIN reminder_kind k USING (rule)
JOIN template x ON x.rule = l.rule AND x.language = l.language
CROSS JOIN circuit c
LEFT JOIN session s ON s.session_id = l.session_id
LEFT JOIN person q ON q.person_id = l.person_id
LEFT JOIN network n ON n.network_id = s.network_id
LEFT JOIN hub h ON h.hub_id = s.hub_id
LEFT JOIN part t ON t.session_id = l.session_id
LEFT JOIN notice o ON o.message_id = l.message_id
