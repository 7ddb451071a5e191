-- Somebody does not agree any more; with marketing every tick goes.
WITH stored AS (
	UPDATE consent c SET withdrawn_at = r.now FROM request r
	WHERE c.person_id = r.person_id AND c.purpose = r.purpose
		AND c.withdrawn_at IS NULL
	RETURNING c.*
), unticked AS (
	UPDATE membership m SET marketing_opt_in = false,
		version = m.version + 1
	FROM request r
	WHERE r.purpose = 'marketing' AND m.person_id = r.person_id
		AND m.marketing_opt_in
), standing AS (
	SELECT * FROM stored
	UNION ALL
	SELECT last.* FROM request r CROSS JOIN LATERAL (
		SELECT * FROM consent c WHERE c.person_id = r.person_id
			AND c.purpose = r.purpose AND c.withdrawn_at IS NOT NULL
		ORDER BY c.given_at DESC LIMIT 1) last
	WHERE NOT EXISTS (SELECT FROM stored s
		WHERE (s.person_id, s.purpose) = (r.person_id, r.purpose))
)
SELECT request_no, s.* FROM request JOIN standing s USING (person_id, purpose)
