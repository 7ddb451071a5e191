-- Create a hub or replace what is said about it; its state stays, which
-- ChangeHubStatus and what happens to the hub change.
WITH stored AS (
	INSERT INTO hub AS h (hub_id, organisation_id, status, lead_email, zone,
		trained_on, launched_on, agreement_on, version)
	SELECT hub_id, organisation_id, coalesce(r.status, 'enquiry'),
		lower(lead_email), coalesce(nullif(zone, ''), 'Europe/London'),
		trained_on, launched_on, agreement_on, version + 1
	FROM request r
	WHERE version = 0
		OR EXISTS (SELECT FROM hub WHERE hub_id = r.hub_id)
	ON CONFLICT (hub_id) DO UPDATE SET
		organisation_id = excluded.organisation_id,
		lead_email = excluded.lead_email, zone = excluded.zone,
		trained_on = excluded.trained_on,
		launched_on = excluded.launched_on,
		agreement_on = excluded.agreement_on, version = h.version + 1
	WHERE excluded.version IN (1, h.version + 1)
		AND (SELECT r.status FROM request r
			WHERE r.hub_id = excluded.hub_id AND r.status IS NOT NULL
				AND r.status <> h.status) IS NULL
	RETURNING *
), standing AS (
	SELECT *, NULL AS rpc_status FROM stored
	UNION ALL
	SELECT h.*, 'CONFLICT' FROM request JOIN hub h USING (hub_id)
	WHERE hub_id NOT IN (SELECT hub_id FROM stored)
)
SELECT request_no, s.hub_id, s.organisation_id, o.name, s.status, s.lead_email,
	s.zone, s.trained_on, s.launched_on, s.agreement_on, s.version,
	s.rpc_status, CASE WHEN r.version IN (0, s.version)
		THEN 'The state of a hub is changed by ChangeHubStatus.'
		ELSE 'It has changed since you read it; look again.'
	END AS rpc_message,
	CASE WHEN r.version IN (0, s.version) THEN 'status' ELSE 'version' END
		AS rpc_field
FROM request r
JOIN standing s USING (hub_id)
JOIN organisation o ON o.organisation_id = s.organisation_id
