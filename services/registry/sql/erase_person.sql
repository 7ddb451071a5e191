-- Erase a person; again changes nothing.
WITH asked AS MATERIALIZED (
	SELECT r.request_no, p.person_id, r.now,
		erasure_refusal(p.person_id) AS refusal
	FROM request r JOIN person p USING (person_id)
), erased AS MATERIALIZED (
	SELECT a.request_no, e.*
	FROM (SELECT * FROM asked WHERE refusal IS NULL OFFSET 0) a
	CROSS JOIN LATERAL erase_person(a.person_id, a.now) e
)
SELECT request_no, a.person_id, e.memberships, e.grants,
	CASE WHEN a.refusal IS NOT NULL THEN 'FORBIDDEN' END AS rpc_status,
	coalesce(a.refusal, '') AS rpc_message, 'person_id' AS rpc_field
FROM asked a LEFT JOIN erased e USING (request_no)
