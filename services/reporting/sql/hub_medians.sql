-- The median of each figure that a hub has.
WITH line AS (
	SELECT r.request_no, d.position, d.key, d.label, m.value, d.unit,
		m.hubs AS n, 'active hubs' AS n_of, d.definition, r.now AS as_at,
		'Median of the hubs' AS title, NULL AS rpc_status,
		NULL AS rpc_message, NULL AS rpc_field
	FROM request r
	CROSS JOIN LATERAL hub_medians(r.from_on, r.to_on + 1) m
	JOIN definition d USING (key)
	WHERE NOT EXISTS (SELECT FROM period_wrong(r.from_on, r.to_on))
	UNION ALL
	SELECT r.request_no, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, 'INVALID', w.rpc_message, w.rpc_field
	FROM request r CROSS JOIN LATERAL period_wrong(r.from_on, r.to_on) w
)
SELECT request_no, key, label, value, unit, n, n_of, definition, as_at, title,
	rpc_status, rpc_message, rpc_field
FROM line ORDER BY request_no, position
