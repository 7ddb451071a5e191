-- As after a restore: a new epoch, and a read model that is behind.
DO $$ BEGIN
	LOCK TABLE follow_cursor IN EXCLUSIVE MODE;
	UPDATE entry_copy SET amount = amount + 7, version = version - 1;
	UPDATE feed_head SET epoch_id = gen_random_uuid();
END $$
