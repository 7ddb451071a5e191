-- What changed in a feed after a position, and the head of the same snapshot.
-- A follower of another epoch, or ahead of the head, starts again from zero.
SELECT request_no, c.seq, c.key, false AS deleted, ''::bytea AS entity,
	h.epoch_id, h.seq AS head_seq
FROM request r CROSS JOIN feed_head h
LEFT JOIN LATERAL (
	SELECT seq, key FROM change
	WHERE feed = r.feed AND seq > CASE
		WHEN r.epoch_id = h.epoch_id AND r.after_seq <= h.seq
		THEN r.after_seq ELSE 0 END
	ORDER BY seq
	LIMIT least(coalesce(nullif(r."limit", 0), 1000), 1000)
) c ON true
ORDER BY c.seq
