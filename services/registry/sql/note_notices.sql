-- The notifier has these notices; of a request it stays on record.
WITH noted AS (
	UPDATE notice n SET mailed_at = r.now FROM request r
	WHERE n.notice_id = r.notice_id
	RETURNING n.*
)
UPDATE data_request d SET extended_told_at = n.mailed_at FROM noted n
WHERE n.kind = 'request_extended' AND d.data_request_id = n.about_id
