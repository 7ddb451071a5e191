-- Follow scheduler attendance: who was there is not inactive.
INSERT INTO person_activity AS a (person_id, last_on)
SELECT person_id, max(held_on) FROM request
WHERE NOT change_deleted AND person_id IS NOT NULL AND held_on IS NOT NULL
GROUP BY person_id
ON CONFLICT (person_id) DO UPDATE SET last_on = excluded.last_on
WHERE a.last_on < excluded.last_on
