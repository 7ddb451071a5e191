-- The roles that a person holds or held.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT g.grant_id, g.person_id, g.role, g.scope, g.scope_id, g.from_at,
		g.to_at
	FROM role_grant g WHERE g.person_id = r.person_id
	ORDER BY g.from_at, g.grant_id
	LIMIT 500
) found
ORDER BY request_no, from_at, grant_id
