-- Somebody of the public asks; the reply says nothing of what is known already.
WITH asked AS (
	INSERT INTO hub_enquiry AS e (enquiry_id, organisation, setting,
		postcode_outward, contact_name, email, phone, message, status,
		received_at)
	SELECT DISTINCT ON (lower(btrim(r.email)), lower(btrim(organisation)))
		enquiry_id, btrim(organisation), nullif(setting, ''),
		upper(btrim(postcode_outward)), btrim(contact_name),
		lower(btrim(r.email)), btrim(phone), btrim(message), 'open', now
	FROM request r
	ORDER BY lower(btrim(r.email)), lower(btrim(organisation)), request_no
	ON CONFLICT (email, lower(organisation)) WHERE status = 'open'
		DO UPDATE SET contact_name = excluded.contact_name,
		phone = excluded.phone, message = excluded.message
)
SELECT request_no, enquiry_id FROM request
