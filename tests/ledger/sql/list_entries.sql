-- The entries of an account, in pages.
SELECT r.request_no, e.*
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM entry
	WHERE account = r.account
		AND (r.after_entry_id IS NULL OR entry_id > r.after_entry_id)
	ORDER BY entry_id
	LIMIT least(coalesce(nullif(r."limit", 0), 100), 500)
) e
ORDER BY r.request_no, e.entry_id
