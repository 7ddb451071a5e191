-- Events of a batch, of an entity, or about a person: three ways, each with its
-- own index, of which a request goes one.
SELECT request_no, e.event_id, e.at, e.person_id, e.authority, e.caller,
	e.method, e.action, e.entity, e.keys, e.subject_ids, e.before_digests,
	e.after_digests, e.reason, e.origin, e.salt::text, e.words_digest
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM (
		SELECT * FROM audit_event
		WHERE r.batch_no > 0 AND batch_no = r.batch_no
		UNION ALL
		SELECT * FROM audit_event
		WHERE r.batch_no = 0 AND r.key <> '' AND keys @> ARRAY[r.key]
		UNION ALL
		SELECT * FROM audit_event
		WHERE r.batch_no = 0 AND r.key = ''
			AND subject_ids @> ARRAY[r.subject_id]) ways
	WHERE event_id > r.after_event_id
	ORDER BY event_id LIMIT page(r.limit)
) e
ORDER BY request_no, event_id
