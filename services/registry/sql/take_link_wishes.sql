-- Wishes whose turn it is, and whose address each is: the language is that of
-- the first who reads it. Nobody's, or too many of one address already: no
-- person, and the wish is over. A wish that is left leased comes again.
WITH due AS MATERIALIZED (
	SELECT w.address, r.request_no, r.now
	FROM request r, sign_in_wish w
	WHERE w.due_at <= statement_timestamp()
	ORDER BY w.due_at LIMIT 100
	FOR UPDATE OF w SKIP LOCKED
), leased AS (
	UPDATE sign_in_wish w
	SET due_at = statement_timestamp() + interval '10 seconds'
	FROM due WHERE w.address = due.address
), open AS MATERIALIZED (
	SELECT due.address,
		count(*) FILTER (WHERE l.used_at IS NULL
			AND l.expires_at > due.now) AS now_open,
		count(*) AS of_today
	FROM due JOIN sign_in_link l ON l.address = due.address
		AND l.expires_at > due.now - interval '1 day'
	GROUP BY due.address
)
SELECT request_no, due.address, reader.person_id, reader.language,
	due.now + interval '15 minutes' AS expires_at
FROM due
LEFT JOIN LATERAL (
	SELECT p.person_id, p.language
	FROM person_email e JOIN person p USING (person_id)
	WHERE e.address = due.address AND p.status IN ('provisional', 'active')
		AND NOT EXISTS (SELECT FROM open o
			WHERE o.address = due.address
			AND (o.now_open >= 3 OR o.of_today >= 10))
	ORDER BY p.person_id LIMIT 1
) reader ON true
