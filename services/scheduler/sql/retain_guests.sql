-- Timer: who came and was never linked to a person is forgotten.
WITH old AS MATERIALIZED (
	SELECT w.row_id FROM request r, attendance_import i
	JOIN attendance_row w USING (import_id)
	WHERE i.imported_at < retention_limit('guest_identity', r.now)
		AND w.state <> 'linked' AND (w.name, w.email) <> ('', '')
	LIMIT 1000
	FOR UPDATE OF w SKIP LOCKED
), gone AS (
	UPDATE attendance_row w SET name = '', email = '', decision_reason = ''
	FROM old WHERE w.row_id = old.row_id
	RETURNING 1
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'guest_identity', min(r.now)::date, count(*) FROM request r, gone
HAVING count(*) > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
