-- Somebody wishes for a link. The reply and the work are the same whether or
-- not the address is known: nothing here looks.
WITH asked AS MATERIALIZED (
	SELECT request_no, lower(trim(address)) AS address, source, now,
		attempt_subject(source) AS subject
	FROM request
), tried AS (
	INSERT INTO sign_in_attempt AS a (kind, subject, tries, since_at, last_at)
	SELECT 'wish', subject, count(*), max(now), max(now)
	FROM asked WHERE source <> '' AND is_address(address)
	GROUP BY subject ORDER BY subject
	ON CONFLICT (kind, subject) DO UPDATE SET
		tries = excluded.tries + CASE WHEN a.since_at
			> excluded.last_at - interval '15 minutes'
			THEN a.tries ELSE 0 END,
		since_at = CASE WHEN a.since_at
			> excluded.last_at - interval '15 minutes'
			THEN a.since_at ELSE excluded.since_at END,
		last_at = excluded.last_at
	RETURNING subject, tries <= 100 AS free
), stored AS (
	INSERT INTO sign_in_wish (address, wished_at)
	SELECT address, max(now) FROM asked JOIN tried USING (subject)
	WHERE free AND is_address(address)
	GROUP BY address ORDER BY address
	ON CONFLICT DO NOTHING
)
SELECT request_no,
	CASE WHEN source = '' OR NOT is_address(address) THEN 'INVALID'
		WHEN NOT free THEN 'FORBIDDEN' END AS rpc_status,
	CASE WHEN source = '' THEN 'Say where the wish comes from.'
		WHEN NOT is_address(address)
			THEN 'Give an e-mail address such as name@example.org.'
		ELSE 'Too many links were asked for from here. Wait for a quarter of an hour.'
	END AS rpc_message,
	CASE WHEN source <> '' AND NOT is_address(address) THEN 'address'
		ELSE 'source' END AS rpc_field
FROM asked LEFT JOIN tried USING (subject)
