-- Undo the next 2,000 things of an import; to be asked until none remain.
SELECT r.request_no, u.*,
	CASE WHEN u.status IN ('running', 'done') THEN 'CONFLICT' END AS rpc_status,
	'An import can be undone for 30 days.' AS rpc_message, '' AS rpc_field
FROM request r
CROSS JOIN LATERAL undo_import(r.import_id, r.reason, r.now) u
