-- Keep the copy; idempotent, in any order.
WITH gone AS (
	DELETE FROM entry_copy WHERE entry_id IN (
		SELECT change_key FROM request WHERE change_deleted)
)
INSERT INTO entry_copy (entry_id, account, amount, version)
SELECT change_key, account, amount, version FROM request
WHERE NOT change_deleted
ON CONFLICT (entry_id) DO UPDATE SET account = excluded.account,
	amount = excluded.amount, version = excluded.version
WHERE entry_copy.version < excluded.version
