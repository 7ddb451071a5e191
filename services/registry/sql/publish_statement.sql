-- A new text of the statement of collaboration; the last one stands. What was
-- published does not change.
WITH stored AS (
	INSERT INTO statement (statement_id, hub_id, number, text_en, text_cy,
		text_hash, published_at, published_by_id)
	SELECT statement_id, hub_id,
		coalesce((SELECT max(s.number) FROM statement s
			WHERE s.hub_id IS NOT DISTINCT FROM r.hub_id), 0)
		+ row_number() OVER (PARTITION BY hub_id ORDER BY request_no),
		text_en, text_cy,
		sha256(convert_to(text_en || E'\n' || text_cy, 'UTF8')), now,
		principal_person_id
	FROM request r
	ON CONFLICT (statement_id) DO NOTHING
	RETURNING statement
), standing AS (
	SELECT (statement).* FROM stored
	UNION ALL
	SELECT s.* FROM request JOIN statement s USING (statement_id)
)
SELECT request_no, s.statement_id, s.hub_id, s.number, s.text_en, s.text_cy,
	s.text_hash, s.published_at,
	CASE WHEN (s.hub_id, s.text_en, s.text_cy) IS DISTINCT FROM
		(r.hub_id, r.text_en, r.text_cy) THEN 'CONFLICT'
	END AS rpc_status,
	'A text that was published stays; publish another one.' AS rpc_message,
	'statement_id' AS rpc_field
FROM request r JOIN standing s USING (statement_id)
