-- Two months more for the answer, if the person is told in time, and why. The lock
-- comes before the judgement: of two who extend it at once the second finds it
-- extended.
WITH judged AS MATERIALIZED (
	SELECT r.now, btrim(r.reason) AS said, d.data_request_id,
		d AS data_request, CASE
		WHEN d.kind = 'complaint'
		THEN 'data_request_id: A complaint is answered in its month.'
		WHEN d.closed_at IS NOT NULL
		THEN 'data_request_id: This request is answered already.'
		WHEN d.extended_at IS NOT NULL
		THEN 'data_request_id: It was extended before; answer by ' || d.due_on || '.'
		WHEN d.due_on < (r.now AT TIME ZONE 'Europe/London')::date
		THEN 'data_request_id: Its time is over; answer now.'
		WHEN btrim(r.reason) = ''
		THEN 'reason: Say why; the person is entitled to know.'
		END AS fault
	FROM request r JOIN data_request d USING (data_request_id)
	FOR NO KEY UPDATE OF d
), stored AS (
	UPDATE data_request d SET extended_at = j.now, extended_reason = j.said,
		due_on = d.due_on + interval '2 months', version = d.version + 1
	FROM judged j
	WHERE d.data_request_id = j.data_request_id AND j.fault IS NULL
	RETURNING d AS data_request, d.data_request_id, d.person_id
), told AS MATERIALIZED (
	SELECT tell(person_id, 'request_extended', data_request_id) FROM stored
)
SELECT request_no, shown.*,
	CASE WHEN fault LIKE 'reason:%' THEN 'INVALID'
		WHEN fault IS NOT NULL THEN 'CONFLICT'
		WHEN j.data_request_id IS NULL THEN 'FORBIDDEN' END AS rpc_status,
	coalesce(substr(fault, strpos(fault, ': ') + 2),
		'This is for who has to answer.') AS rpc_message,
	coalesce(split_part(fault, ':', 1), 'data_request_id') AS rpc_field
FROM request r JOIN data_request d USING (data_request_id)
LEFT JOIN judged j USING (data_request_id)
LEFT JOIN stored s USING (data_request_id)
CROSS JOIN LATERAL data_request_shown(coalesce(s.data_request,
	j.data_request, d)) shown
WHERE (SELECT count(*) FROM told) >= 0
