-- One text of the statement of collaboration, or the one that stands: for a network,
-- or where no hub has its own.
SELECT request_no, s.statement_id, s.hub_id, s.number, s.text_en, s.text_cy,
	s.text_hash, s.published_at
FROM request r LEFT JOIN network n USING (network_id)
JOIN statement s
	ON s.statement_id = coalesce(r.statement_id, statement_of(n.hub_id))
WHERE r.network_id IS NULL OR n.network_id IS NOT NULL
