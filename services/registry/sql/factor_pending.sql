-- A second factor that waits for its first code.
INSERT INTO second_factor (person_id, pending)
SELECT person_id, pending FROM request
ON CONFLICT (person_id) DO UPDATE SET pending = excluded.pending
