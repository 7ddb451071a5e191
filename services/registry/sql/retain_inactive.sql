-- Timer: who was asked and was not heard of is erased; who was heard of stays: from
-- the moment of asking on, not of the mail, which waits for the morning.
WITH due AS MATERIALIZED (
	SELECT o.person_id, r.now, a.last_on >= o.written_at::date
		OR holds_role(o.person_id, r.now)
		OR EXISTS (SELECT FROM membership m
			WHERE m.person_id = o.person_id
				AND m.requested_at >= o.written_at) AS stays
	FROM request r, notice o
	JOIN quiet_person a USING (person_id)
	WHERE o.kind = 'stay' AND o.expires_at < r.now::date
	ORDER BY o.expires_at LIMIT 5
	FOR UPDATE OF o SKIP LOCKED
), kept AS (
	DELETE FROM notice o USING due d
	WHERE o.person_id = d.person_id AND o.kind = 'stay' AND d.stays
	RETURNING 0 AS things
), gone AS MATERIALIZED (
	SELECT 1 AS things, e.*
	FROM due d, erase_person(d.person_id, d.now) e WHERE NOT d.stays
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'inactive_member', min(r.now)::date, sum(things)
FROM request r, (SELECT things FROM kept UNION ALL SELECT things FROM gone) w
HAVING sum(things) > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
