-- The file has been read: no more rows of it are taken.
WITH ended AS (
	UPDATE import_job j SET status = 'done', rows = r.rows,
		rejected = r.rejected, ended_at = now
	FROM request r
	WHERE j.import_id = r.import_id AND j.status = 'running'
	RETURNING j.*
)
SELECT r.request_no, m.*, 'CONFLICT' AS rpc_status,
	'This import ended before.' AS rpc_message, '' AS rpc_field
FROM request r JOIN import_job_message m USING (import_id)
WHERE m.status <> 'running'
UNION ALL
SELECT r.request_no, e.import_id, e.kind, e.file_name, e.file_hash, e.status,
	e.rows, e.rejected, e.begun_at, e.ended_at, e.by_person_id, e.undone_at,
	e.undo_reason, 0, 0, NULL, NULL, NULL, NULL
FROM request r JOIN ended e USING (import_id)
