-- UndoMerge, first: the steps back.
SELECT undo_merge(g.merge_id, r.reason, r.now, r.principal_person_id)
FROM request r JOIN person_merge g USING (merge_id)
