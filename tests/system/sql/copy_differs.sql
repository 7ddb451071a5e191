-- Rows in which the read model and what it follows differ.
SELECT count(*) FROM entry e
FULL JOIN entry_copy c ON c.entry_id = e.entry_id::text
WHERE (e.account, e.amount, e.version)
	IS DISTINCT FROM (c.account, c.amount, c.version)
