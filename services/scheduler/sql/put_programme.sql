-- PutProgramme: create or change; what is stale or unknown is not written.
WITH wanted AS (
	SELECT r.*, n.hub_id AS owner_id, p.version AS stands, CASE
		WHEN p.version IS NULL AND r.version <> 0 THEN 'gone'
		WHEN r.version NOT IN (0, p.version) THEN 'stale'
		WHEN n.network_id IS NULL THEN 'network'
		WHEN p.network_id <> n.network_id THEN 'moved' END AS refusal
	FROM request r
	LEFT JOIN programme p USING (programme_id)
	LEFT JOIN network n
		ON n.network_id = coalesce(r.network_id, p.network_id)
), written AS (
	INSERT INTO programme AS p
	SELECT w.programme_id, coalesce(w.network_id, n.network_id), w.owner_id,
		w.title, coalesce(w.status, 'planning'), w.version + 1
	FROM wanted w LEFT JOIN programme n USING (programme_id)
	WHERE refusal IS NULL
	ON CONFLICT (programme_id) DO UPDATE SET title = excluded.title,
		status = excluded.status, version = p.version + 1
	WHERE excluded.version IN (1, p.version + 1)
	RETURNING p AS after
), refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('gone', 'NOT_FOUND', 'programme_id', 'No such programme.'),
	('network', 'NOT_FOUND', 'network_id', 'No such network.'),
	('moved', 'INVALID', 'network_id',
		'A programme stays in its network.'),
	('stale', 'CONFLICT', 'version',
		'The programme was changed in the meantime; read it again.')
)
SELECT w.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	(coalesce(d.after, p)).*
FROM wanted w
LEFT JOIN programme p USING (programme_id)
LEFT JOIN written d ON (d.after).programme_id = w.programme_id
LEFT JOIN refusal x ON x.refusal = coalesce(w.refusal,
	CASE WHEN d.after IS NULL THEN 'stale' END)
