-- Agreements by id: of a hub, or those that are due for renewal.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT a.* FROM agreement_message a
	WHERE (r.hub_id IS NULL OR a.hub_id = r.hub_id)
		AND (r.expires_before_on IS NULL
			OR a.expires_on < r.expires_before_on
			AND a.signed_at IS NOT NULL AND a.ended_on IS NULL)
		AND (r.after_agreement_id IS NULL
			OR a.agreement_id > r.after_agreement_id)
	ORDER BY a.agreement_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, agreement_id
