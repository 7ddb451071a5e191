-- Approve or decline who asks, remove who is there; only for who decides there,
-- although everybody sees the own membership. seats() locks and counts;
-- approvals of one statement take the free seats in the order of the requests,
-- the others wait.
WITH seat AS MATERIALIZED (
	SELECT network_id, free
	FROM (SELECT DISTINCT network_id
		FROM request JOIN membership USING (membership_id)
		ORDER BY network_id) n,
		seats(network_id)
), judged AS (
	SELECT r.*, m.version AS stored_version, m.network_id, seat.free,
		CASE
		WHEN NOT decides(m.hub_id, m.network_id) THEN 'own'
		WHEN r.version NOT IN (0, m.version) THEN 'stale'
		WHEN r.decision IS NULL THEN 'unclear'
		WHEN m.status = CASE r.decision WHEN 'approve' THEN 'approved'
			WHEN 'decline' THEN 'declined' ELSE 'removed' END
			THEN 'stands'
		WHEN r.decision = 'remove' AND r.reason !~ '\S' THEN 'unsaid'
		WHEN m.status IN ('approved', 'paused')
			AND r.decision = 'remove' THEN 'remove'
		WHEN (m.status IN ('requested', 'waitlisted')
				AND r.decision <> 'remove')
			OR (m.status IN ('declined', 'removed')
				AND r.decision = 'approve')
			THEN r.decision
		ELSE 'late'
		END AS verdict
	FROM request r
	JOIN membership m USING (membership_id)
	JOIN seat USING (network_id)
), stored AS (
	UPDATE membership m SET status = j.status, version = m.version + 1,
		decided_by = j.principal_person_id, decided_at = j.now,
		status_reason = j.reason,
		joined_on = CASE j.status WHEN 'approved' THEN j.now::date
			ELSE m.joined_on END
	FROM (SELECT *, CASE
			WHEN verdict = 'decline' THEN 'declined'
			WHEN verdict = 'remove' THEN 'removed'
			WHEN row_number() OVER (
				PARTITION BY network_id, verdict
				ORDER BY request_no) <= free THEN 'approved'
			ELSE 'waitlisted'
			END AS status
		FROM judged
		WHERE verdict IN ('approve', 'decline', 'remove')) j
	WHERE m.membership_id = j.membership_id
		AND m.version = j.stored_version AND m.status <> j.status
	RETURNING m AS membership, m.membership_id
), standing AS (
	SELECT membership FROM stored
	UNION ALL
	SELECT m FROM request JOIN membership m USING (membership_id)
	WHERE membership_id NOT IN (SELECT membership_id FROM stored)
)
SELECT request_no, shown.*,
	CASE WHEN verdict IN ('stale', 'late') THEN 'CONFLICT'
		WHEN verdict = 'own' THEN 'FORBIDDEN'
		WHEN verdict IN ('unclear', 'unsaid') THEN 'INVALID'
		-- Somebody else decided at this moment.
		WHEN (verdict, shown.status) IN (('approve', 'requested'),
			('approve', 'declined'), ('approve', 'removed'),
			('decline', 'requested'), ('decline', 'waitlisted'),
			('remove', 'approved'), ('remove', 'paused'))
		THEN 'CONFLICT'
	END AS rpc_status,
	CASE verdict WHEN 'stale' THEN 'It has changed since you read it; look again.'
		WHEN 'own' THEN 'This is for the staff of its hub.'
		WHEN 'late' THEN 'There is nothing to decide: look at its state.'
		WHEN 'unsaid' THEN 'Say why the membership ends.'
		WHEN 'unclear' THEN 'Choose approve, decline or remove.'
		ELSE 'This membership is changing at this moment; ask again.'
	END AS rpc_message,
	CASE verdict WHEN 'stale' THEN 'version' WHEN 'unclear' THEN 'decision'
		WHEN 'unsaid' THEN 'reason' ELSE 'membership_id' END AS rpc_field
FROM standing CROSS JOIN LATERAL membership_shown(membership) shown
JOIN judged USING (membership_id)
