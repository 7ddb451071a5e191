-- Timer: what was confirmed for a session that is over was delivered.
UPDATE assignment a SET status = 'delivered', version = a.version + 1
FROM request r, session s
WHERE a.status = 'confirmed' AND s.session_id = a.session_id
AND s.status IN ('ended', 'reconciled', 'closed')
RETURNING r.request_no
