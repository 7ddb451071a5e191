-- What the undo of an import had to leave as it was.
SELECT request_no, i.entity, i.key AS key_id, i.kept AS reason
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM import_image i
	WHERE i.import_id = r.import_id AND i.kept <> ''
		AND (i.entity, i.key) > (r.after_entity, coalesce(r.after_key_id,
			'00000000-0000-0000-0000-000000000000'))
	ORDER BY i.entity, i.key
	LIMIT page(r."limit")) i
ORDER BY request_no, i.entity, i.key
