-- One step further; the table of transitions says which there are.
WITH stored AS (
	UPDATE data_request d SET status = r.status, status_reason = r.reason,
		closed_at = CASE WHEN r.status IN ('done', 'refused')
			THEN r.now END,
		version = d.version + 1
	FROM request r
	WHERE d.data_request_id = r.data_request_id AND d.status <> r.status
		AND (r.status <> 'refused' OR r.reason <> '')
	RETURNING d AS data_request, d.data_request_id
), standing AS (
	SELECT data_request FROM stored
	UNION ALL
	SELECT d FROM request JOIN data_request d USING (data_request_id)
	WHERE data_request_id NOT IN (SELECT data_request_id FROM stored)
)
SELECT request_no, shown.*,
	CASE WHEN r.status IS NULL OR (r.status = 'refused' AND r.reason = '')
		THEN 'INVALID'
		WHEN shown.status <> r.status THEN 'FORBIDDEN' END AS rpc_status,
	CASE WHEN r.status IS NULL THEN 'Say where it stands now.'
		WHEN r.status = 'refused' AND r.reason = ''
		THEN 'Say why it is refused; the person is entitled to know.'
		ELSE 'This is for who has to answer.' END AS rpc_message,
	CASE WHEN r.status = 'refused' AND r.reason = '' THEN 'reason'
		ELSE 'status' END AS rpc_field
FROM standing CROSS JOIN LATERAL data_request_shown(data_request) shown
JOIN request r USING (data_request_id)
