-- The superhub's figures as they stand, for everybody. Again: as they stand now.
WITH published AS (
	INSERT INTO figure_snapshot AS s (snapshot_id, from_on, to_on,
		published_at, published_by_id, figures)
	SELECT r.snapshot_id, r.from_on, r.to_on, r.now,
		r.principal_person_id, (
			SELECT jsonb_agg(to_jsonb(l) - 'position'
				|| jsonb_build_object('as_at', r.now)
				ORDER BY l.position)
			FROM top_line('superhub',
				'00000000-0000-0000-0000-000000000000',
				r.from_on, r.to_on + 1) l)
	FROM request r
	WHERE NOT EXISTS (SELECT FROM period_wrong(r.from_on, r.to_on))
	ON CONFLICT (snapshot_id) DO UPDATE SET from_on = excluded.from_on,
		to_on = excluded.to_on, published_at = excluded.published_at,
		published_by_id = excluded.published_by_id,
		figures = excluded.figures
	RETURNING *
)
SELECT r.request_no, p.snapshot_id, p.from_on, p.to_on, p.published_at,
	p.figures, CASE WHEN w.rpc_field IS NOT NULL THEN 'INVALID' END
		AS rpc_status, w.rpc_message, w.rpc_field
FROM request r LEFT JOIN published p USING (snapshot_id)
LEFT JOIN LATERAL period_wrong(r.from_on, r.to_on) w ON true
