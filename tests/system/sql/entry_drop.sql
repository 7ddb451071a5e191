-- Its end; the id is never used again.
DELETE FROM entry WHERE entry_id = $1::uuid
