-- Enquiries by arrival.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT e.* FROM hub_enquiry_message e
	WHERE (r.status IS NULL OR e.status = r.status)
		AND (r.after_enquiry_id IS NULL OR (e.received_at, e.enquiry_id)
			> (SELECT a.received_at, a.enquiry_id FROM hub_enquiry a
				WHERE a.enquiry_id = r.after_enquiry_id))
	ORDER BY e.received_at, e.enquiry_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, received_at, enquiry_id
