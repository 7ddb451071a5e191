-- MergePeople, last: what was done, or why not.
SELECT request_no, shown.*, NULL AS rpc_status, NULL AS rpc_message,
	NULL AS rpc_field
FROM request r JOIN person_merge g ON (g.merge_id, g.keep_id, g.merged_id)
	= (r.merge_id, r.keep_id, r.merged_id)
CROSS JOIN merge_shown(g) shown
UNION ALL
SELECT request_no, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	NULL, CASE WHEN refusal IN ('outranks', 'elsewhere') THEN 'FORBIDDEN'
		WHEN refusal = 'same' THEN 'INVALID' ELSE 'CONFLICT' END,
	CASE refusal WHEN 'same' THEN 'Name two people.'
		WHEN 'outranks' THEN
			'One of them has a role elsewhere; ask the operator.'
		WHEN 'elsewhere' THEN
			'Another hub knows this person too; keep this one, or ask the operator.'
		WHEN 'anonymised' THEN 'Who is anonymised cannot be merged.'
		ELSE 'This person is merged already; name who was kept.' END,
	CASE WHEN refusal IN ('same', 'keep_merged') THEN 'keep_id'
		ELSE 'merged_id' END
FROM request r JOIN person k ON k.person_id = r.keep_id
JOIN person m ON m.person_id = r.merged_id
CROSS JOIN merge_refusal(k, m) refusal
WHERE refusal IS NOT NULL AND NOT EXISTS (SELECT FROM person_merge g
	WHERE (g.merge_id, g.keep_id, g.merged_id)
		= (r.merge_id, r.keep_id, r.merged_id))
