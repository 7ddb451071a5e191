-- How many got a seat from the waiting list before somebody who waited longer.
SELECT count(*) FROM (
	SELECT m.requested_at < max(m.requested_at)
		OVER (ORDER BY c.change_id) AS late
	FROM status_change c JOIN membership m ON m.membership_id::text = c.key
	WHERE c.from_status = 'waitlisted' AND c.to_status = 'approved'
	UNION ALL
	SELECT true FROM membership w
	WHERE w.status = 'waitlisted' AND w.requested_at < (
		SELECT max(m.requested_at) FROM membership m
		JOIN status_change c ON m.membership_id::text = c.key
		WHERE c.from_status = 'waitlisted' AND c.to_status = 'approved')
) promoted
WHERE late
