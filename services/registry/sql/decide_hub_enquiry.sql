-- An enquiry becomes a hub in its first state, or is declined.
WITH judged AS MATERIALIZED (
	SELECT r.request_no, r.now, r.decision, e.*, o.organisation_id IS NULL
			AS new_organisation,
		coalesce(o.organisation_id, gen_random_uuid())
			AS organisation_id,
		coalesce(h.hub_id, r.hub_id, gen_random_uuid()) AS new_hub_id,
		h.hub_id IS NULL AS new_hub, btrim(r.reason) AS reason,
		CASE WHEN e.status <> 'open' THEN 'CONFLICT'
			WHEN r.decision IS NULL
				OR r.decision = 'decline' AND btrim(r.reason) = ''
				OR r.organisation_id IS NOT NULL
				AND o.organisation_id IS NULL THEN 'INVALID'
		END AS fault
	FROM request r JOIN hub_enquiry e USING (enquiry_id)
	LEFT JOIN organisation o ON o.organisation_id = coalesce(
		r.organisation_id, (SELECT c.organisation_id
			FROM organisation_called(e.organisation,
				e.postcode_outward) c))
	LEFT JOIN hub h ON h.organisation_id = o.organisation_id
), added_organisation AS (
	INSERT INTO organisation (organisation_id, name, setting,
		postcode_outward, nation, region, version)
	SELECT organisation_id, organisation, setting, postcode_outward, '', '',
		1
	FROM judged
	WHERE fault IS NULL AND decision = 'accept' AND new_organisation
), added_hub AS (
	INSERT INTO hub (hub_id, organisation_id, status, status_reason,
		lead_email, zone, version)
	SELECT new_hub_id, organisation_id, 'enquiry', reason, email,
		'Europe/London', 1
	FROM judged WHERE fault IS NULL AND decision = 'accept' AND new_hub
), decided AS (
	UPDATE hub_enquiry e SET status_reason = j.reason,
		status = CASE j.decision WHEN 'accept' THEN 'accepted'
			ELSE 'declined' END,
		hub_id = CASE j.decision WHEN 'accept' THEN j.new_hub_id END
	FROM judged j WHERE e.enquiry_id = j.enquiry_id AND j.fault IS NULL
	RETURNING e.*
)
SELECT request_no, j.enquiry_id, j.organisation, j.setting, j.postcode_outward,
	j.contact_name, j.email, j.phone, j.message,
	coalesce(d.status, j.status) AS status,
	coalesce(d.status_reason, j.status_reason) AS reason, j.received_at,
	coalesce(d.hub_id, j.hub_id) AS hub_id, j.fault AS rpc_status,
	CASE WHEN j.status <> 'open' THEN 'This enquiry is decided already.'
		WHEN j.decision IS NULL THEN 'Say accept or decline.'
		WHEN j.decision = 'decline' AND j.reason = ''
		THEN 'Give a reason for declining.'
		ELSE 'There is no such organisation.' END AS rpc_message,
	CASE WHEN j.status <> 'open' THEN '' WHEN j.decision IS NULL
		THEN 'decision' WHEN j.decision = 'decline' AND j.reason = ''
		THEN 'reason' ELSE 'organisation_id' END AS rpc_field
FROM judged j LEFT JOIN decided d USING (enquiry_id)
