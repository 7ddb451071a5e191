-- Timer: notices whose time is over, mailed or not. Who was asked whether to stay
-- is erased or stays (retain_inactive.sql); that an extension was not mailed is
-- said by the request.
DELETE FROM notice WHERE notice_id IN (
	SELECT n.notice_id FROM request r, notice n
	WHERE n.expires_at < r.now - CASE n.kind WHEN 'stay'
		THEN interval '1 year' ELSE interval '0' END
	ORDER BY n.expires_at LIMIT 1000)
RETURNING 0 AS request_no
