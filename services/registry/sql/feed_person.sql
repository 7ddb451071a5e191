-- The state of what changed; what no follower needs stays here.
SELECT request_no, e.person_id, e.first_name, e.last_name, e.preferred_name,
	e.profession, e.role_title, e.organisation_id, e.setting,
	e.postcode_outward, e.nation, e.region, e.phone, e.language, e.zone,
	e.status, e.emails, e.version, e.pronouns, e.grade,
	'' AS registration_number, '' AS access_needs, e.contact,
	e.home_hub_id, e.merged_into_id
FROM request JOIN person_message e ON e.person_id = request.entity_id
