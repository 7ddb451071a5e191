-- ListProgrammes: by id, which is by age.
SELECT r.request_no, p.*
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM programme p
	WHERE (r.hub_id IS NULL OR p.hub_id = r.hub_id)
	AND (r.network_id IS NULL OR p.network_id = r.network_id)
	AND (r.after_programme_id IS NULL
		OR p.programme_id > r.after_programme_id)
	ORDER BY p.programme_id
	LIMIT least(coalesce(nullif(r."limit", 0), 100), 500)
) p
ORDER BY r.request_no, p.programme_id
