-- Timer: a seat that is free goes to who has waited longest, for whatever
-- reason it came free (somebody left, the capacity was raised). Networks are
-- looked at without their lock first: most of them are simply full.
WITH vacant AS MATERIALIZED (
	SELECT network_id FROM network n
	WHERE status = 'open' AND EXISTS (SELECT FROM membership m
			WHERE m.network_id = n.network_id
				AND m.status = 'waitlisted')
		AND (capacity = 0 OR capacity > (SELECT count(*)
			FROM membership m WHERE m.network_id = n.network_id
				AND m.status IN ('approved', 'paused')))
	ORDER BY network_id
), seat AS MATERIALIZED (
	SELECT network_id, free FROM vacant, seats(network_id)
), next AS MATERIALIZED (
	SELECT m.membership_id
	FROM seat CROSS JOIN LATERAL (
		SELECT membership_id FROM membership
		WHERE network_id = seat.network_id AND status = 'waitlisted'
		ORDER BY requested_at, membership_id
		LIMIT greatest(seat.free, 0)) m
)
UPDATE membership m SET status = 'approved', joined_on = request.now::date,
	status_reason = '',
	version = m.version + 1
FROM next, request
WHERE m.membership_id = next.membership_id AND m.status = 'waitlisted'
RETURNING m.membership_id
