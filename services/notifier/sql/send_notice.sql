-- A single mail, at once, and once: also when its person was merged between two
-- calls. An address that is no good or suppressed gets none, and the ledger says so;
-- nor does who was erased after it was asked for: the lock says which came first.
-- Who is not known here yet may sign in.
WITH reader AS MATERIALIZED (
	SELECT person_id, NOT active AND first_name || last_name = '' AS erased
	FROM person
	WHERE person_id IN (SELECT person_id FROM request)
	ORDER BY person_id FOR SHARE
), judged AS (
	SELECT r.*, coalesce(x.language, 'en') AS text_language,
		CASE WHEN q.erased THEN 'erased'
			WHEN NOT address_is_sound(r.address) THEN 'bad_address'
			WHEN NOT k.always AND EXISTS (
				SELECT FROM suppression s
				WHERE s.address IN (lower(r.address),
					fingerprint(r.address)))
				THEN 'suppressed' ELSE '' END AS why_not,
		k.rule IS NOT NULL AND r.notice_id IS NOT NULL
			AND r.person_id IS NOT NULL AND r.expires_at IS NOT NULL
			AS whole,
		EXISTS (SELECT FROM message g WHERE g.session_id = r.notice_id)
			AS known
	FROM request r
	LEFT JOIN reader q USING (person_id)
	LEFT JOIN reminder_kind k USING (rule)
	LEFT JOIN template x ON x.rule = r.rule AND x.language = r.language
), noted AS (
	INSERT INTO message (session_id, person_id, rule, sequence, state,
		reason, address, language, fallback, planned_at, expires_at,
		done_at)
	SELECT notice_id, person_id, rule, 0,
		CASE why_not WHEN '' THEN 'queued' ELSE 'skipped' END, why_not,
		CASE why_not WHEN 'erased' THEN '' ELSE address END,
		text_language, text_language <> language, now,
		expires_at, CASE why_not WHEN '' THEN NULL ELSE now END
	FROM judged WHERE whole AND NOT known
	ON CONFLICT (session_id, person_id, rule, sequence) DO NOTHING
	RETURNING message_id, session_id, state, address
), kept AS (
	INSERT INTO notice (message_id, path, network, hub, reply_to, reason,
		until_local)
	SELECT message_id, path, network, hub, reply_to, reason, until_local
	FROM noted n JOIN judged j ON j.notice_id = n.session_id
	WHERE state = 'queued'
), jobs AS (
	INSERT INTO job (message_id, domain)
	SELECT message_id, lower(split_part(address, '@', 2))
	FROM noted WHERE state = 'queued'
)
SELECT request_no, CASE WHEN NOT whole THEN 'INVALID' END AS rpc_status,
	'A notice names its text, its person and until when it is of use.'
		AS rpc_message, 'rule' AS rpc_field
FROM judged
