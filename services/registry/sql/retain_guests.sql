-- Timer: who belongs to nothing any more, or never did, is erased.
WITH due AS MATERIALIZED (
	SELECT a.person_id, r.now
	FROM request r, quiet_person a
	WHERE a.own_last_on < retention_limit('guest_identity', r.now)::date
		AND a.last_on < retention_limit('guest_identity', r.now)::date
		AND NOT EXISTS (SELECT FROM membership m
			WHERE m.person_id = a.person_id)
		AND NOT holds_role(a.person_id, r.now)
	ORDER BY a.own_last_on LIMIT 5
), gone AS MATERIALIZED (
	SELECT e.* FROM due d, erase_person(d.person_id, d.now) e
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'guest_identity', min(r.now)::date, count(*) FROM request r, gone
HAVING count(*) > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
