-- What is next to be sealed; nothing when another replica is sealing.
SELECT request_no, n.batch_no, n.previous AS previous_hash, e.event_id, e.at,
	e.person_id, e.authority, e.caller, e.method, e.action, e.entity,
	e.keys, e.subject_ids, e.before_digests, e.after_digests, '' AS reason,
	'' AS origin, '' AS salt, e.words_digest
FROM request, audit_next() n, audit_event e
WHERE e.event_id = ANY (n.event_ids)
ORDER BY e.event_id
