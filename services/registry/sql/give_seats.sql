-- Timer: a seat that is free goes to who has waited longest, for whatever
-- reason it came free (somebody left, the capacity was raised).
WITH seat AS MATERIALIZED (
	SELECT network_id, free
	FROM (SELECT network_id FROM network
		WHERE status = 'open' AND EXISTS (SELECT FROM membership m
			WHERE m.network_id = network.network_id
				AND m.status = 'waitlisted')
		ORDER BY network_id) n,
		seats(network_id)
), next AS (
	SELECT membership_id, free, row_number() OVER (PARTITION BY network_id
		ORDER BY requested_at, membership_id) AS place
	FROM membership JOIN seat USING (network_id)
	WHERE status = 'waitlisted'
)
UPDATE membership m SET status = 'approved', joined_on = request.now::date,
	version = m.version + 1
FROM next, request
WHERE m.membership_id = next.membership_id AND next.place <= next.free
	AND m.status = 'waitlisted'
RETURNING m.membership_id
