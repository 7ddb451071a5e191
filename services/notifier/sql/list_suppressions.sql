-- By address.
SELECT r.request_no, x.address, x.reason, x.since
FROM request r
CROSS JOIN LATERAL (
	SELECT * FROM suppression x WHERE x.address > lower(r.after_address)
	ORDER BY x.address
	LIMIT least(coalesce(nullif(r.limit, 0), 500), 500)
) x
ORDER BY r.request_no, x.address
