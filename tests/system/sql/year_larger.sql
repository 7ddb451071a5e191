-- Larger rooms are found; locked in the order in which seats() locks.
WITH room AS MATERIALIZED (
	SELECT network_id FROM network WHERE capacity > 0
	ORDER BY network_id FOR UPDATE
), larger AS (
	UPDATE network n SET capacity = capacity + 2, version = version + 1
	FROM room WHERE n.network_id = room.network_id
	RETURNING 1
)
SELECT count(*) FROM larger
