-- The figures of a scope: look-ups in the roll-ups, one row for each figure that
-- its kind of scope has. What the caller may not see is not there.
WITH named AS (
	SELECT r.request_no, r.now, r.scope, r.from_on, r.to_on + 1 AS to_day,
		CASE r.scope WHEN 'hub' THEN h.hub_id
			WHEN 'network' THEN n.network_id
			ELSE '00000000-0000-0000-0000-000000000000' END AS scope_id,
		CASE r.scope WHEN 'hub' THEN h.name WHEN 'network' THEN n.title
			ELSE 'Superhub' END AS title,
		CASE WHEN r.scope IS NULL THEN 'INVALID'
			WHEN r.from_on IS NULL OR r.to_on IS NULL THEN 'INVALID'
			WHEN r.from_on > r.to_on THEN 'INVALID'
			WHEN NOT isfinite(r.from_on) OR NOT isfinite(r.to_on)
				THEN 'INVALID'
			WHEN r.scope = 'superhub' AND NOT (authority_all()
				OR granted('superhub_admin superhub_viewer'))
				THEN 'FORBIDDEN'
			WHEN r.scope <> 'superhub' AND r.scope_id IS NULL THEN 'INVALID'
			WHEN r.scope = 'hub' AND h.hub_id IS NULL
				OR r.scope = 'network' AND n.network_id IS NULL
				THEN 'NOT_FOUND'
		END AS rpc_status,
		CASE WHEN r.scope IS NULL
				THEN 'Say superhub, hub or network.'
			WHEN r.from_on IS NULL OR r.to_on IS NULL
				OR NOT isfinite(r.from_on) OR NOT isfinite(r.to_on)
				THEN 'Give the first and the last day.'
			WHEN r.from_on > r.to_on
				THEN 'The last day is before the first.'
			WHEN r.scope = 'superhub' THEN
				'The figures of the whole superhub are for its administrators.'
			WHEN r.scope_id IS NULL THEN 'Say which.'
			ELSE 'There is no such hub or network among yours.'
		END AS rpc_message,
		CASE WHEN r.scope IS NULL OR r.scope = 'superhub' AND r.from_on <= r.to_on
				THEN 'scope'
			WHEN r.from_on IS NULL THEN 'from_on'
			WHEN r.to_on IS NULL OR r.from_on > r.to_on THEN 'to_on'
			ELSE 'scope_id' END AS rpc_field
	FROM request r
	LEFT JOIN hub h ON r.scope = 'hub' AND h.hub_id = r.scope_id
	LEFT JOIN network n ON r.scope = 'network' AND n.network_id = r.scope_id
), line AS (
	SELECT a.request_no, d.position, d.key, d.label,
		v.value::double precision AS value, d.unit, v.n, d.n_of,
		d.definition, a.now AS as_at, a.title, NULL AS rpc_status,
		NULL AS rpc_message, NULL AS rpc_field
	FROM named a
	CROSS JOIN LATERAL figures(a.scope_id, a.from_on, a.to_day) f
	CROSS JOIN LATERAL (VALUES
		('sessions', f.sessions::numeric, f.sessions),
		('attendances', f.attendances, f.attendances),
		('attendees', f.attendees, f.attendances),
		('hours', f.minutes / 60.0, f.attendances),
		('organisations', f.organisations, f.attendees),
		('mean_attendance',
			coalesce(f.attendances / nullif(f.sessions, 0)::numeric, 0),
			f.sessions),
		('networks', f.networks, f.sessions),
		('hubs', f.hubs, f.sessions)) v (key, value, n)
	JOIN definition d ON d.key = v.key AND a.scope = ANY (d.scopes)
	WHERE a.rpc_status IS NULL
	UNION ALL
	SELECT request_no, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		rpc_status, rpc_message, rpc_field
	FROM named WHERE rpc_status IS NOT NULL
)
SELECT request_no, key, label, value, unit, n, n_of, definition, as_at, title,
	rpc_status, rpc_message, rpc_field
FROM line ORDER BY request_no, position
