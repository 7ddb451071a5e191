-- Begin again from nothing, keeping what stood for the comparison.
DO $$ BEGIN
	LOCK TABLE follow_cursor IN EXCLUSIVE MODE;
	CREATE TABLE copy_before AS TABLE entry_copy;
	DELETE FROM follow_cursor;
	DELETE FROM entry_copy;
END $$
