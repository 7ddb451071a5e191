-- Create, or replace the version that the caller knows.
WITH stands AS (
	SELECT r.request_no, e.version FROM request r
	JOIN entry e USING (entry_id)
	WHERE e.version <> r.version
), written AS (
	INSERT INTO entry (entry_id, account, amount, kind, tags, entered_at)
	SELECT entry_id, account, amount, kind, tags, now FROM request
	WHERE request_no NOT IN (SELECT request_no FROM stands)
	ON CONFLICT (entry_id) DO UPDATE SET account = excluded.account,
		amount = excluded.amount, kind = excluded.kind,
		tags = excluded.tags, version = entry.version + 1
	RETURNING *
)
SELECT r.request_no, w.*, NULL::text AS rpc_status, NULL::text AS rpc_message
FROM request r JOIN written w USING (entry_id)
UNION ALL
SELECT s.request_no, e.*, 'CONFLICT', 'Somebody changed this entry; look again.'
FROM stands s JOIN request r USING (request_no) JOIN entry e USING (entry_id)
