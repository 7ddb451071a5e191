-- Whose lease lapsed after the dot may have been accepted. The grace is longer
-- than the relay waits for a silent client, so that the answer stands.
SELECT r.request_no, j.message_id, j.lease_token,
	concat(j.message_id, '.', g.sequence, '.', c.stamp) AS reference
FROM request r
JOIN job j ON j.state = 'dot_pending' AND j.lease_until
	< statement_timestamp() - r.grace_s * interval '1 second'
JOIN message g USING (message_id)
CROSS JOIN circuit c
ORDER BY j.lease_until
LIMIT 100
