-- From now on this address gets nothing, also what is already queued.
WITH put AS (
	INSERT INTO suppression AS x (address, reason, since)
	SELECT DISTINCT ON (lower(address)) lower(address), reason, now
	FROM request
	ON CONFLICT (address) DO UPDATE SET reason = excluded.reason
	RETURNING *
)
SELECT r.request_no, p.address, p.reason, p.since
FROM request r JOIN put p ON p.address = lower(r.address)
