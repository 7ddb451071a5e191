-- Where the feeds of this schema stand.
SELECT request_no, 0 AS taken, '{}'::text[] AS feeds, h.epoch_id, h.seq
FROM request, feed_head h
