-- How the queue fares, by the database's clock.
SELECT r.request_no, q.ready::integer, q.retry::integer, q.leased::integer,
	q.dot_pending::integer, q.held::integer,
	coalesce((extract(epoch FROM q.oldest) * 1000)::bigint, 0)
		AS oldest_ready_ms,
	c.until > statement_timestamp() AS circuit_open,
	CASE WHEN c.until > statement_timestamp() THEN (extract(epoch FROM
		c.until - statement_timestamp()) * 1000)::bigint
		ELSE 0 END AS circuit_ms,
	c.problem AS circuit_problem,
	ARRAY(SELECT d.domain FROM domain_pause d
		WHERE d.until > statement_timestamp() ORDER BY 1 LIMIT 100)
		AS paused_domains,
	(SELECT count(*) FROM (SELECT FROM plan p
		WHERE p.state = 'planned' AND p.due_at <= r.now
		LIMIT 20000) p)::integer AS plans_due
FROM request r
CROSS JOIN circuit c
CROSS JOIN (
	SELECT count(*) FILTER (WHERE state = 'ready'
			AND due_at <= statement_timestamp()) AS ready,
		count(*) FILTER (WHERE state = 'ready'
			AND due_at > statement_timestamp()) AS retry,
		count(*) FILTER (WHERE state = 'leased') AS leased,
		count(*) FILTER (WHERE state = 'dot_pending') AS dot_pending,
		count(*) FILTER (WHERE state = 'held') AS held,
		statement_timestamp() - min(due_at) FILTER (
			WHERE state = 'ready' AND due_at <= statement_timestamp())
			AS oldest
	FROM (SELECT state, due_at FROM job LIMIT 20000) j
) q
