-- Notices that nobody has been mailed yet: as the notifier takes them. Who wants
-- no mail, or has no address that works, is for the staff to ask.
SELECT request_no, n.notice_id, 'stay' AS rule, n.person_id, e.address,
	p.language, '/stay' AS path, n.answer_by_on::timestamptz AS expires_at
FROM request r, retention_notice n
JOIN person p USING (person_id)
JOIN person_email e USING (person_id)
WHERE n.mailed_at IS NULL AND n.answer_by_on > r.now::date
	AND e.primary_address AND NOT e.bounced AND p.contact = 'email'
	AND p.status IN ('provisional', 'active')
ORDER BY n.person_id LIMIT 500
