-- What a person was made of, or where they went; the oldest first.
SELECT request_no, shown.*
FROM request r
CROSS JOIN LATERAL (SELECT * FROM person_merge m
	WHERE m.keep_id = r.person_id OR m.merged_id = r.person_id
	ORDER BY m.merged_at, m.merge_id LIMIT 100) g
CROSS JOIN merge_shown(g::person_merge) shown
ORDER BY request_no, shown.merged_at, shown.merge_id
