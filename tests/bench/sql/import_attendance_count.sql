-- How many attendances of the file stand there, each a member's of its network.
SELECT count(*) FROM attendance a JOIN session s USING (session_id)
WHERE s.number <= 100 AND s.status = 'reconciled' AND a.member AND a.counted
	AND a.minutes = 75 AND a.role = 'participant'
