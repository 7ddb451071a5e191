-- End a grant now; revoking twice is revoking once.
WITH stored AS (
	UPDATE role_grant g SET to_at = greatest(g.from_at,
		least(coalesce(g.to_at, r.now), r.now))
	FROM request r WHERE g.grant_id = r.grant_id
	RETURNING g.*
)
SELECT request_no, s.grant_id, s.person_id, s.role, s.scope, s.scope_id,
	s.from_at, s.to_at
FROM request JOIN stored s USING (grant_id)
