-- Follow registry membership: attendance that arrived before its membership
-- was a guest's until now; and is again, if the membership's import is undone.
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), gone AS (
	DELETE FROM membership m USING r
	WHERE r.change_deleted AND m.membership_id = r.id
	RETURNING m.*
), guests AS (
	UPDATE attendance a SET member = false, version = a.version + 1
	FROM gone m JOIN session s USING (network_id)
	WHERE a.session_id = s.session_id AND a.person_id = m.person_id
	AND a.member AND NOT EXISTS (SELECT FROM membership o
		WHERE (o.person_id, o.network_id) = (m.person_id, m.network_id)
		AND o.membership_id <> m.membership_id)
)
UPDATE attendance a SET member = true, version = a.version + 1
FROM r JOIN session s USING (network_id)
WHERE r.status = 'approved' AND NOT r.change_deleted
AND (r.joined_on IS NULL OR r.joined_on <= s.start_local::date)
AND a.session_id = s.session_id AND a.person_id = r.person_id AND NOT a.member
