-- Register an import; asking again with its id returns it as it is.
WITH put AS (
	INSERT INTO import_job AS j (import_id, kind, file_name, file_hash, status,
		rows, rejected, begun_at, by_person_id, hub_ids)
	SELECT import_id, kind, file_name, file_hash, 'running', 0, 0, now,
		principal_person_id, CASE WHEN kind IN ('hubs', 'networks')
			THEN '{}' -- the superhub's, whoever else they are
			ELSE ARRAY(SELECT DISTINCT hub_id FROM sight(),
				unnest(hub_ids || network_hub_ids) hub_id) END
	FROM request
	ON CONFLICT (import_id) DO UPDATE SET kind = j.kind
	RETURNING *
)
SELECT r.request_no, p.import_id, p.kind, p.file_name, p.file_hash, p.status,
	p.rows, p.rejected, p.begun_at, p.ended_at, p.by_person_id, p.undone_at,
	p.undo_reason, 0 AS remaining, 0 AS kept,
	(SELECT max(o.import_id::text)::uuid FROM import_job o
	WHERE o.file_hash = p.file_hash AND o.import_id <> p.import_id
		AND o.status NOT IN ('undoing', 'undone')) AS same_import_id
FROM request r JOIN put p USING (import_id)
