-- The address may be written to again.
WITH gone AS (
	DELETE FROM suppression x USING request r
	WHERE x.address = lower(r.address)
	RETURNING r.request_no, x.address, x.reason, x.since
)
SELECT * FROM gone
