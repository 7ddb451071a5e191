-- Somebody of the public asks; the reply says nothing of what is known already. Nobody
-- has shown that the address is theirs: what comes after three open enquiries of an
-- address is marked for who decides, who may know which is real.
WITH came AS MATERIALIZED (
	SELECT r.*, row_number() OVER (ORDER BY r.request_no) > room
			AS turned_away
	FROM request r, (SELECT let_in('EnquireHub', count(*), max(now))
		FROM request) l (room)
), said AS (
	SELECT DISTINCT ON (lower(btrim(email)), lower(btrim(organisation)))
		enquiry_id, btrim(organisation) AS organisation,
		nullif(setting, '') AS setting,
		upper(btrim(postcode_outward)) AS postcode_outward,
		btrim(contact_name) AS contact_name, lower(btrim(email)) AS email,
		btrim(phone) AS phone, btrim(message) AS message, now
	FROM came WHERE NOT turned_away
	ORDER BY lower(btrim(email)), lower(btrim(organisation)), request_no
), placed AS (
	SELECT s.*, NOT known AND row_number() OVER (PARTITION BY email, known
			ORDER BY enquiry_id) + (SELECT count(*)
				FROM hub_enquiry e WHERE e.email = s.email
				AND e.status = 'open') > 3 AS one_of_many
	FROM said s CROSS JOIN LATERAL (SELECT EXISTS (
		SELECT FROM hub_enquiry e WHERE e.email = s.email
			AND lower(e.organisation) = lower(s.organisation)
			AND e.status = 'open') AS known) k
), stored AS (
	INSERT INTO hub_enquiry AS e (enquiry_id, organisation, setting,
		postcode_outward, contact_name, email, phone, message, status,
		status_reason, received_at)
	SELECT enquiry_id, organisation, setting, postcode_outward, contact_name,
		email, phone, message,
		'open', CASE WHEN one_of_many
			THEN 'Three of this address were open.' ELSE '' END, now
	FROM placed
	ON CONFLICT (email, lower(organisation)) WHERE status = 'open'
		DO UPDATE SET contact_name = excluded.contact_name,
		phone = excluded.phone, message = excluded.message
)
SELECT request_no, enquiry_id,
	CASE WHEN turned_away THEN 'FORBIDDEN' END AS rpc_status,
	'Too many enquiries came in within this hour. Try again in an hour, or '
		'write to the superhub.' AS rpc_message, '' AS rpc_field
FROM came
