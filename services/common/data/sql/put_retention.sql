-- Keep something shorter or longer.
WITH stored AS (
	UPDATE retention_rule u SET keep_months = r.keep_months
	FROM request r WHERE u.rule = r.rule
	RETURNING u.*
)
SELECT request_no, s.rule, s.keep_months, s.about,
	coalesce(sum(n.things), 0)::bigint AS things, max(n.on_day) AS last_on
FROM request JOIN stored s USING (rule) LEFT JOIN retention_run n USING (rule)
GROUP BY request_no, s.rule, s.keep_months, s.about
