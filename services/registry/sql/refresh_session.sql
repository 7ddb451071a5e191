-- The session of a secret (a hash by now) is seen; what its person may do.
WITH seen AS (
	UPDATE sign_in_seen n SET seen_at = r.now,
		source = coalesce(nullif(r.source, ''), n.source)
	FROM request r JOIN sign_in_session s ON s.secret_hash = r.session_secret
	WHERE n.session_id = s.session_id AND s.ended_at IS NULL
		AND session_ends_at(s.begun_at, n.seen_at) > r.now
	RETURNING r.request_no, r.now, s.session_id, s.person_id,
		second_factor_holds(s.second_factor_at, r.now) AS passed
)
SELECT request_no, seen.session_id, p.person_id, p.language, held.grants,
	CASE WHEN NOT held.asks AND f.secret IS NULL THEN 'none'
		WHEN f.secret IS NULL THEN 'enrol'
		WHEN seen.passed THEN 'passed' ELSE 'ask' END AS second_factor,
	(SELECT count(*)::integer FROM recovery_code c
		WHERE c.person_id = p.person_id) AS recovery_codes
FROM seen
JOIN person p USING (person_id)
LEFT JOIN second_factor f USING (person_id)
CROSS JOIN LATERAL (
	SELECT coalesce(bool_or(asks_second_factor(g.role)), false) AS asks,
		coalesce(jsonb_agg(jsonb_build_object('role', g.role,
			'scope', g.scope,
			'scope_id', coalesce(g.scope_id::text, ''))
			ORDER BY g.role, g.scope, g.scope_id) FILTER (WHERE
				NOT asks_second_factor(g.role)
				OR (seen.passed AND f.secret IS NOT NULL)),
			'[]') AS grants
	FROM role_grant g
	WHERE g.person_id = p.person_id AND g.from_at <= seen.now
		AND (g.to_at IS NULL OR g.to_at > seen.now)
) held
WHERE p.status IN ('provisional', 'active')
