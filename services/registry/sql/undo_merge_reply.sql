-- UndoMerge, last: the merge as it now stands, or why it still does.
SELECT request_no, shown.*, CASE WHEN g.undone_at IS NOT NULL THEN NULL
		WHEN refusal IN ('outranks', 'elsewhere') THEN 'FORBIDDEN'
		ELSE 'CONFLICT' END AS rpc_status,
	CASE refusal WHEN 'later' THEN
			'Who was kept was merged again since: undo that first.'
		ELSE 'This concerns another hub too; ask the operator.'
	END AS rpc_message,
	'merge_id' AS rpc_field
FROM request r JOIN person_merge g USING (merge_id)
CROSS JOIN merge_shown(g) shown CROSS JOIN undo_refusal(g) refusal
