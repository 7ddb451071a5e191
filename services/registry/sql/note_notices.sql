-- The notifier has these notices.
UPDATE notice n SET mailed_at = r.now FROM request r
WHERE n.notice_id = r.notice_id
