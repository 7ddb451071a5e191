-- Timer: requests that led to nothing are forgotten.
WITH due AS MATERIALIZED (
	SELECT m.membership_id
	FROM request r, membership m
	WHERE m.status IN ('requested', 'declined', 'lapsed')
		AND greatest(m.requested_at, m.decided_at)
			< retention_limit('unapproved_request', r.now)
	LIMIT 1000
	FOR UPDATE OF m SKIP LOCKED
), gone AS (
	DELETE FROM membership m USING due
	WHERE m.membership_id = due.membership_id
	RETURNING 1
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'unapproved_request', min(r.now)::date, count(*) FROM request r, gone
HAVING count(*) > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
