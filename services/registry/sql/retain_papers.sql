-- Timer: papers whose time is over.
WITH enquiry AS (
	DELETE FROM hub_enquiry e USING request r
	WHERE e.received_at < retention_limit('hub_enquiry', r.now)
	RETURNING 'hub_enquiry' AS rule, r.now
), answered AS (
	UPDATE data_request d SET contact = '', details = '',
		status_reason = '', extended_reason = '',
		salt = gen_random_uuid(),
		version = d.version + 1
	FROM request r
	WHERE d.closed_at < retention_limit('data_request', r.now)
		AND (d.contact, d.details, d.status_reason) <> ('', '', '')
	RETURNING 'data_request', r.now
)
INSERT INTO retention_run AS n (rule, on_day, things)
SELECT rule, min(now)::date, count(*)
FROM (TABLE enquiry UNION ALL TABLE answered) w
GROUP BY rule
ON CONFLICT (rule, on_day) DO UPDATE SET things = n.things + excluded.things
RETURNING n.rule
