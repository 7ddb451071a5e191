-- No second factor any more; a trigger signs the person out everywhere.
DELETE FROM second_factor f USING request r WHERE f.person_id = r.person_id
