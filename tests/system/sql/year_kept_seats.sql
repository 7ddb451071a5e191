-- Open networks where somebody waits although a seat is free.
SELECT count(*) FROM network n
WHERE status = 'open' AND EXISTS (SELECT FROM membership m
		WHERE m.network_id = n.network_id AND m.status = 'waitlisted')
	AND (capacity = 0 OR capacity > (SELECT count(*) FROM membership m
		WHERE m.network_id = n.network_id
			AND m.status IN ('approved', 'paused')))
