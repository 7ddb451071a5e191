-- MergePeople, first: the steps. Only of two whom the caller sees.
SELECT merge_people(r.merge_id, k.person_id, m.person_id, r.reason, r.now,
	r.principal_person_id)
FROM request r JOIN person k ON k.person_id = r.keep_id
JOIN person m ON m.person_id = r.merged_id
WHERE NOT EXISTS (SELECT FROM person_merge g WHERE (g.merge_id, g.keep_id,
	g.merged_id) = (r.merge_id, r.keep_id, r.merged_id))
