-- The figures of a scope: look-ups in the roll-ups, one row for each figure that
-- its kind of scope has. What the caller may not see is not there.
WITH named AS (
	SELECT r.request_no, r.now, r.scope, r.from_on, r.to_on + 1 AS to_day,
		CASE r.scope WHEN 'superhub'
			THEN '00000000-0000-0000-0000-000000000000'
			ELSE r.scope_id END AS scope_id,
		CASE r.scope WHEN 'hub' THEN h.name WHEN 'network' THEN n.title
			WHEN 'person' THEN 'You' ELSE 'Superhub' END AS title,
		CASE WHEN r.scope IS NULL OR w.rpc_field IS NOT NULL THEN 'INVALID'
			WHEN r.scope = 'superhub' AND NOT (authority_all()
				OR granted('superhub_admin superhub_viewer'))
				THEN 'FORBIDDEN'
			WHEN r.scope <> 'superhub' AND r.scope_id IS NULL THEN 'INVALID'
			WHEN r.scope = 'hub' AND h.hub_id IS NULL
				OR r.scope = 'network' AND n.network_id IS NULL
				OR r.scope = 'person' AND r.scope_id
					<> ALL (authority_person_ids())
				THEN 'NOT_FOUND'
		END AS rpc_status,
		CASE WHEN r.scope IS NULL
				THEN 'Say superhub, hub, network or person.'
			WHEN w.rpc_field IS NOT NULL THEN w.rpc_message
			WHEN r.scope = 'superhub' THEN
				'The figures of the whole superhub are for its administrators.'
			WHEN r.scope_id IS NULL THEN 'Say which.'
			ELSE 'There is no such hub or network among yours.'
		END AS rpc_message,
		CASE WHEN r.scope IS NULL THEN 'scope'
			WHEN w.rpc_field IS NOT NULL THEN w.rpc_field
			WHEN r.scope = 'superhub' THEN 'scope'
			ELSE 'scope_id' END AS rpc_field
	FROM request r
	LEFT JOIN LATERAL period_wrong(r.from_on, r.to_on) w ON true
	LEFT JOIN hub h ON r.scope = 'hub' AND h.hub_id = r.scope_id
	LEFT JOIN network n ON r.scope = 'network' AND n.network_id = r.scope_id
), line AS (
	SELECT a.request_no, l.*, a.now AS as_at, a.title, NULL AS rpc_status,
		NULL AS rpc_message, NULL AS rpc_field
	FROM named a
	CROSS JOIN LATERAL top_line(a.scope, a.scope_id, a.from_on, a.to_day) l
	WHERE a.rpc_status IS NULL
	UNION ALL
	SELECT request_no, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		rpc_status, rpc_message, rpc_field
	FROM named WHERE rpc_status IS NOT NULL
)
SELECT request_no, key, label, value, unit, n, n_of, definition, as_at, title,
	rpc_status, rpc_message, rpc_field
FROM line ORDER BY request_no, position
