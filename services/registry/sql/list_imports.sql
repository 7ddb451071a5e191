-- Imports, the newest first.
SELECT request_no, m.*
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM import_job_message m
	WHERE r.before_import_id IS NULL OR m.import_id < r.before_import_id
	ORDER BY m.import_id DESC
	LIMIT page(r."limit")) m
ORDER BY request_no, m.import_id DESC
