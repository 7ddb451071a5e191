-- One step further; the table of transitions says which there are.
WITH stored AS (
	UPDATE data_request d SET status = r."to", status_reason = r.reason,
		closed_at = CASE WHEN r."to" IN ('done', 'refused')
			THEN r.now END,
		version = d.version + 1
	FROM request r
	WHERE d.data_request_id = r.data_request_id AND r."to" IS NOT NULL
		AND d.status <> r."to" AND (r."to" <> 'refused' OR r.reason <> '')
	RETURNING d.*
), standing AS (
	SELECT * FROM stored
	UNION ALL
	SELECT d.* FROM request JOIN data_request d USING (data_request_id)
	WHERE data_request_id NOT IN (SELECT data_request_id FROM stored)
)
SELECT r.request_no, s.data_request_id, s.kind, s.person_id, s.hub_id,
	s.contact, s.details, s.status, s.status_reason, s.received_at,
	s.due_on, s.closed_at IS NULL AND s.due_on < r.now::date AS overdue,
	s.closed_at, s.version,
	CASE WHEN r."to" IS NULL OR (r."to" = 'refused' AND r.reason = '')
		THEN 'INVALID'
		WHEN s.status <> r."to" THEN 'FORBIDDEN' END AS rpc_status,
	CASE WHEN r."to" IS NULL THEN 'Say where it stands now.'
		WHEN r."to" = 'refused' AND r.reason = ''
		THEN 'Say why it is refused; the person is entitled to know.'
		ELSE 'This is for who has to answer.' END AS rpc_message,
	CASE WHEN r."to" = 'refused' AND r.reason = '' THEN 'reason'
		ELSE 'to' END AS rpc_field
FROM request r JOIN standing s USING (data_request_id)
