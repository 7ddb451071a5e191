-- A person who was erased is erased here too: nothing more is sent, and the
-- ledger keeps what happened, but not to which address.
WITH erased AS (
	SELECT change_key::uuid AS person_id, now FROM request
	WHERE change_deleted OR status = 'anonymised'
), dropped AS (
	DELETE FROM job j USING message g, erased e
	WHERE j.message_id = g.message_id AND g.person_id = e.person_id
		AND j.state IN ('ready', 'leased')
	RETURNING j.message_id
)
UPDATE message g SET address = '', smtp_text = '',
	state = CASE WHEN d.message_id IS NULL THEN g.state ELSE 'void' END,
	reason = CASE WHEN d.message_id IS NULL THEN g.reason ELSE 'erased' END,
	done_at = CASE WHEN d.message_id IS NULL THEN g.done_at ELSE e.now END
FROM erased e, message o LEFT JOIN dropped d USING (message_id)
WHERE g.person_id = e.person_id AND o.message_id = g.message_id
