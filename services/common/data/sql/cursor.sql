-- Take the cursor of a feed; no row while another replica holds it.
WITH new AS (
	INSERT INTO follow_cursor (service, feed)
	SELECT service, feed FROM request
	ON CONFLICT DO NOTHING
)
SELECT request_no, c.service, c.feed, c.epoch_id, c.seq
FROM request r JOIN LATERAL (
	SELECT * FROM follow_cursor c
	WHERE c.service = r.service AND c.feed = r.feed
	FOR UPDATE SKIP LOCKED
) c ON true
