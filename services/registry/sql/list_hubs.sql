-- Hubs by name.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT h.* FROM hub_message h
	WHERE (r.status IS NULL OR h.status = r.status)
		AND (r.after_hub_id IS NULL OR
			(h.name, h.hub_id) > (r.after_name, r.after_hub_id))
	ORDER BY h.name, h.hub_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, name, hub_id
