-- A plain insert.
INSERT INTO entry (entry_id, account, amount, entered_at)
SELECT entry_id, account, amount, now FROM request
RETURNING (SELECT request_no FROM request r
	WHERE r.entry_id = entry.entry_id) AS request_no
