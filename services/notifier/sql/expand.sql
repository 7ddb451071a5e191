-- Plans that are due become messages, and those that can be sent become jobs.
-- Everybody the plan concerns gets a line in the ledger, also who gets no
-- mail: then with the reason. Repeated while there is something due.
WITH due AS MATERIALIZED (
	SELECT p.session_id, p.rule, p.sequence, p.due_at, p.anchor_at,
		r.request_no, r.now
	FROM request r
	JOIN plan p ON p.state = 'planned' AND p.due_at <= r.now
	ORDER BY p.due_at
	LIMIT 5
	FOR UPDATE OF p SKIP LOCKED
), fate AS MATERIALIZED (
	SELECT d.*, k.anchor, k.pausable,
		-- a mail is of no use after that
		CASE WHEN k.anchor = 'start' THEN s.start_at
			WHEN k.anchor = 'end' THEN d.anchor_at + interval '14 days'
			ELSE s.end_at END AS expires_at,
		-- after a standstill several may be due: the last one serves
		k.anchor = 'start' AND EXISTS (SELECT FROM plan n
			JOIN reminder_kind m USING (rule)
			WHERE n.session_id = d.session_id AND m.anchor = 'start'
			AND n.state = 'planned' AND n.due_at > d.due_at
			AND n.due_at <= d.now) AS replaced
	FROM due d
	JOIN reminder_kind k USING (rule)
	LEFT JOIN session s USING (session_id)
), told AS (
	UPDATE plan p SET
		state = CASE WHEN f.expires_at IS NULL THEN 'void'
			WHEN f.replaced OR f.expires_at <= f.now THEN 'missed'
			ELSE 'queued' END,
		reason = CASE WHEN f.expires_at IS NULL THEN 'withdrawn'
			WHEN f.replaced OR f.expires_at <= f.now THEN 'late'
			ELSE '' END
	FROM fate f
	WHERE (p.session_id, p.rule, p.sequence)
		= (f.session_id, f.rule, f.sequence)
	RETURNING f.request_no
), noted AS (
	INSERT INTO message AS m (session_id, person_id, rule, sequence,
		network_id, hub_id, state, reason, address, language, fallback, planned_at,
		expires_at, done_at)
	SELECT f.session_id, t.person_id, f.rule, f.sequence, t.network_id,
		t.hub_id, CASE w.reason WHEN '' THEN 'queued' ELSE 'skipped' END,
		w.reason, t.address, coalesce(x.language, 'en'),
		x.language IS NULL, f.due_at, f.expires_at,
		CASE w.reason WHEN '' THEN NULL ELSE f.now END
	FROM fate f
	JOIN recipient t USING (session_id, rule, sequence)
	CROSS JOIN LATERAL (SELECT CASE
		-- not two mails about one session within two hours, unless one
		-- of them is a notice
		WHEN t.reason = '' AND f.pausable AND EXISTS (
			SELECT FROM message g JOIN reminder_kind k USING (rule)
			WHERE g.session_id = f.session_id
			AND g.person_id = t.person_id AND k.pausable
			AND g.state IN ('queued', 'sent')
			AND g.planned_at > f.now - interval '2 hours')
			THEN 'recent'
		ELSE t.reason END AS reason) w
	LEFT JOIN template x ON x.rule = f.rule AND x.language = t.language
	WHERE NOT f.replaced AND f.expires_at > f.now
		-- an invitation is opened again for newcomers; who has had it,
		-- whatever the sequence, has had it
		AND NOT (f.rule IN ('invite', 'thanks') AND EXISTS (
			SELECT FROM message g WHERE g.session_id = f.session_id
			AND g.person_id = t.person_id AND g.rule = f.rule
			AND NOT wants_address(g.state, g.reason)))
	ORDER BY f.due_at, t.person_id
	ON CONFLICT (session_id, person_id, rule, sequence) DO UPDATE
	SET state = excluded.state, reason = excluded.reason,
		address = excluded.address, planned_at = excluded.planned_at,
		done_at = excluded.done_at
	WHERE wants_address(m.state, m.reason) AND excluded.state = 'queued'
	RETURNING message_id, state, address
), jobs AS (
	INSERT INTO job (message_id, domain)
	SELECT message_id, lower(split_part(address, '@', 2))
	FROM noted WHERE state = 'queued'
)
SELECT request_no FROM told
