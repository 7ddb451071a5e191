-- Timer: the oldest events of the audit trail go.
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT 'audit_log', r.now::date, gone
FROM request r, audit_forget(retention_limit('audit_log', r.now)) gone
WHERE gone > 0
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
