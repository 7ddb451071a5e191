-- Follow scheduler attendance: who was there is not inactive, and no mistake
-- of an import.
INSERT INTO person_activity AS a (person_id, last_on, attended)
SELECT person_id, max(held_on), true FROM request
WHERE NOT change_deleted AND person_id IS NOT NULL AND held_on IS NOT NULL
GROUP BY person_id
ON CONFLICT (person_id) DO UPDATE
SET last_on = greatest(a.last_on, excluded.last_on), attended = true
WHERE a.last_on < excluded.last_on OR NOT a.attended
