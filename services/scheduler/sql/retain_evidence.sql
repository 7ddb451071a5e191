-- Timer: after two cycles of revalidation that somebody attended is enough.
WITH old AS MATERIALIZED (
	SELECT w.row_id FROM request r, session s
	JOIN attendance_row w USING (session_id)
	WHERE s.start_at < retention_limit('attendance_evidence', r.now)
		AND (w.name, w.email, w.decision_reason) <> ('', '', '')
	LIMIT 1000
	FOR UPDATE OF w SKIP LOCKED
), gone AS (
	UPDATE attendance_row w SET name = '', email = '', decision_reason = ''
	FROM old WHERE w.row_id = old.row_id
	RETURNING 1
), said AS MATERIALIZED (
	SELECT a.adjustment_id FROM request r, session s
	JOIN attendance_adjustment a USING (session_id)
	WHERE s.start_at < retention_limit('attendance_evidence', r.now)
		AND a.reason <> '[erased]'
	LIMIT 1000
	FOR UPDATE OF a SKIP LOCKED
), unsaid AS (
	UPDATE attendance_adjustment a SET reason = '[erased]'
	FROM said WHERE a.adjustment_id = said.adjustment_id
	RETURNING 1
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'attendance_evidence', min(r.now)::date, count(*)
FROM request r, (SELECT FROM gone UNION ALL SELECT FROM unsaid) w
HAVING count(*) > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
