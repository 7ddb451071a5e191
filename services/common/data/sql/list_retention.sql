-- How long what is kept, and what went.
SELECT request_no, u.rule, u.keep_months, u.about,
	coalesce(sum(n.things), 0)::bigint AS things, max(n.on_day) AS last_on
FROM request CROSS JOIN retention_rule u
LEFT JOIN retention_run n USING (rule)
GROUP BY request_no, u.rule, u.keep_months, u.about
ORDER BY request_no, u.rule
