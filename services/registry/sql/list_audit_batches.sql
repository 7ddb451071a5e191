-- The sealed batches.
SELECT request_no, b.*
FROM request r CROSS JOIN LATERAL (
	SELECT batch_no, sealed_at, events, hash, signature FROM audit_batch
	WHERE batch_no > r.after_batch_no
	ORDER BY batch_no LIMIT page(r.limit)) b
ORDER BY request_no, batch_no
