-- After 30 days an import stands for good, and what was there before goes.
DELETE FROM import_image WHERE (import_id, entity, key) IN (
	SELECT i.import_id, i.entity, i.key
	FROM request r
	JOIN import_job j ON j.begun_at < r.now - interval '30 days'
	JOIN import_image i USING (import_id)
	LIMIT 5000)
RETURNING 0 AS request_no
