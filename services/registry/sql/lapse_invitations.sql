-- Timer: an invitation that nobody answered ends. Who answers at this moment is
-- passed over.
WITH due AS (
	SELECT membership_id FROM membership, request
	WHERE membership.status = 'invited' AND invited_until <= now
	ORDER BY invited_until LIMIT 1000
	FOR UPDATE OF membership SKIP LOCKED
)
UPDATE membership m SET status = 'lapsed', status_reason = '',
	invited_until = NULL, version = m.version + 1
FROM due WHERE m.membership_id = due.membership_id
RETURNING m.membership_id
