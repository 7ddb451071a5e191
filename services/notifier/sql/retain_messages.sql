-- Timer: the log of messages, without those that are still on their way.
WITH old AS MATERIALIZED (
	SELECT g.message_id FROM request r, message g
	WHERE g.planned_at < retention_limit('message_log', r.now)
		AND g.state <> 'queued'
		AND NOT EXISTS (SELECT FROM job j
			WHERE j.message_id = g.message_id)
	LIMIT 1000
	FOR UPDATE OF g SKIP LOCKED
), gone AS (
	DELETE FROM message g USING old WHERE g.message_id = old.message_id
	RETURNING 1
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'message_log', min(r.now)::date, count(*) FROM request r, gone
HAVING count(*) > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
