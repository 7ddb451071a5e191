-- Give a role within a scope, or replace that grant.
WITH stored AS (
	INSERT INTO role_grant (grant_id, person_id, role, scope, scope_id,
		from_at, to_at, granted_by)
	SELECT grant_id, person_id, role, coalesce(scope, ''), scope_id,
		coalesce(from_at, now), to_at, principal_person_id
	FROM request
	WHERE CASE scope
		WHEN 'hub' THEN scope_id IN (SELECT hub_id FROM hub)
		WHEN 'network' THEN scope_id IN (SELECT network_id FROM network)
		ELSE true END
	ON CONFLICT (grant_id) DO UPDATE SET role = excluded.role,
		scope = excluded.scope, scope_id = excluded.scope_id,
		from_at = excluded.from_at, to_at = excluded.to_at,
		granted_by = excluded.granted_by
	WHERE role_grant.person_id = excluded.person_id
	RETURNING *
)
SELECT r.request_no, r.grant_id, r.person_id, r.role, r.scope, r.scope_id,
	s.from_at, s.to_at,
	CASE WHEN s.grant_id IS NULL THEN 'INVALID' END AS rpc_status,
	'There is no such hub or network.' AS rpc_message,
	'scope_id' AS rpc_field
FROM request r LEFT JOIN stored s USING (grant_id)
