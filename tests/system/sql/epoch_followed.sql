-- The cursor is of this epoch.
SELECT count(*) FROM follow_cursor JOIN feed_head USING (epoch_id)
