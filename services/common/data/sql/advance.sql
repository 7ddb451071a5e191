-- Move the cursor of a feed, in the transaction of the effect.
UPDATE follow_cursor c SET epoch_id = r.epoch_id, seq = r.seq
FROM request r WHERE c.service = r.service AND c.feed = r.feed
RETURNING r.request_no
