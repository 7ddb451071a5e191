-- Networks by title, of one hub or of all.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT shown.* FROM network n CROSS JOIN LATERAL network_shown(n) shown
	WHERE (r.hub_id IS NULL OR n.hub_id = r.hub_id)
		AND (r.status IS NULL OR n.status = r.status)
		AND (r.visibility IS NULL OR n.visibility = r.visibility)
		AND (r.after_network_id IS NULL OR (n.title, n.network_id)
			> (r.after_title, r.after_network_id))
	ORDER BY n.title, n.network_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, title, network_id
