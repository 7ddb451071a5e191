-- The likeliest first; row-level security shows pairs of which one sees both.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT person_id, other_id, score, reasons FROM duplicate d
	WHERE dismissed_at IS NULL AND r.person_id IS NULL
	UNION ALL
	SELECT person_id, other_id, score, reasons FROM duplicate d
	WHERE dismissed_at IS NULL
		AND (d.person_id = r.person_id OR d.other_id = r.person_id)
	ORDER BY score DESC, person_id, other_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, score DESC, person_id, other_id
