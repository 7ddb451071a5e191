-- Move a network on in its life; the table status_transition says where it may go.
WITH stored AS (
	-- Also when it is so already: another may be making it so just now.
	UPDATE network n SET status = r.status,
		status_reason = CASE n.status WHEN r.status THEN n.status_reason
			ELSE r.reason END,
		version = n.version + (n.status <> r.status)::int
	FROM request r
	WHERE n.network_id = r.network_id AND r.status IS NOT NULL
		AND r.version IN (0, n.version)
	RETURNING n AS network, n.network_id
), standing AS (
	SELECT network FROM stored
	UNION ALL
	SELECT n FROM request JOIN network n USING (network_id)
	WHERE network_id NOT IN (SELECT network_id FROM stored)
)
SELECT request_no, shown.*,
	CASE WHEN r.status IS NULL THEN 'INVALID'
		WHEN shown.status = r.status THEN NULL
		WHEN r.version NOT IN (0, shown.version) THEN 'CONFLICT'
		ELSE 'FORBIDDEN' END AS rpc_status,
	CASE WHEN r.status IS NULL THEN 'Choose the state that it shall have.'
		WHEN r.version NOT IN (0, shown.version)
		THEN 'It has changed since you read it; look again.'
		ELSE 'This is for the admin of its hub.' END AS rpc_message,
	CASE WHEN r.status IS NULL THEN 'status'
		WHEN r.version NOT IN (0, shown.version) THEN 'version'
		ELSE 'network_id' END AS rpc_field
FROM standing CROSS JOIN LATERAL network_shown(network) shown
JOIN request r USING (network_id)
