-- Networks with more members than seats.
SELECT count(*) FROM network n
WHERE capacity > 0 AND capacity < (SELECT count(*) FROM membership m
	WHERE m.network_id = n.network_id AND m.status IN ('approved', 'paused'))
