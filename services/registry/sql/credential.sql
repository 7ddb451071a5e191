-- What a person's credential says; the times are the wall clock's, which C knows.
SELECT request_no, p.person_id, p.language,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role,
			'scope', g.scope, 'scope_id', coalesce(g.scope_id::text, ''))
			ORDER BY g.role, g.scope, g.scope_id), '[]')
		FROM role_grant g
		WHERE g.person_id = p.person_id AND g.from_at <= request.now
			AND (g.to_at IS NULL OR g.to_at > request.now)) AS grants,
	0::bigint AS issued_at_us, 0::bigint AS expires_at_us
FROM request JOIN person p USING (person_id)
WHERE p.status IN ('provisional', 'active')
