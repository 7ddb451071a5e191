-- The figures that were published last.
SELECT r.request_no, s.snapshot_id, s.from_on, s.to_on, s.published_at,
	s.figures
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM figure_snapshot
	ORDER BY published_at DESC, snapshot_id DESC LIMIT 1) s
