-- Timer: what signing in leaves behind, and nobody needs any more.
WITH links AS (
	DELETE FROM sign_in_link l USING request r
	WHERE l.expires_at < r.now - interval '1 day'
), attempts AS (
	DELETE FROM sign_in_attempt a USING request r
	WHERE a.last_at < r.now - interval '1 day'
), wishes AS (
	DELETE FROM sign_in_wish w USING request r
	WHERE w.wished_at < r.now - interval '15 minutes'
)
DELETE FROM sign_in_session s USING request r, sign_in_seen n
WHERE n.session_id = s.session_id AND r.now - interval '30 days'
	> coalesce(s.ended_at, session_ends_at(s.begun_at, n.seen_at))
