-- Timer: agreements that nobody is bound by any more go.
WITH gone AS (
	DELETE FROM agreement a USING request r
	WHERE least(a.ended_on, a.expires_on)
		< retention_limit('agreement', r.now)::date
	RETURNING 1
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'agreement', min(r.now)::date, count(*) FROM request r, gone
HAVING count(*) > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
