-- A member accepts the text that stands; once is enough.
WITH judged AS (
	SELECT r.*, m AS was,
		coalesce(m.statement_id = r.statement_id, false) AS accepted,
		coalesce(r.statement_id = statement_of(m.hub_id), false)
			AS current
	FROM request r JOIN membership m USING (person_id, network_id)
), stored AS (
	UPDATE membership m SET statement_id = j.statement_id,
		statement_at = j.now, version = m.version + 1
	FROM judged j
	WHERE m.person_id = j.person_id AND m.network_id = j.network_id
		AND j.current AND NOT j.accepted
	RETURNING m AS membership, m.membership_id
)
SELECT request_no, shown.*,
	CASE WHEN NOT (accepted OR current) THEN 'CONFLICT' END AS rpc_status,
	'There is another text now; read and accept that one.' AS rpc_message,
	'statement_id' AS rpc_field
FROM judged LEFT JOIN stored ON stored.membership_id = (was).membership_id
CROSS JOIN LATERAL membership_shown(coalesce(membership, was)) shown
