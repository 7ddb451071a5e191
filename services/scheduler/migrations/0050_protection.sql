-- What is held of people here, and how long. Read models are the registry's
-- business: the feed erases them.

INSERT INTO personal_data (relation, whose, erasure, searched)
SELECT relation, 'false', 'keep', false
FROM unnest('{hub,network,zone,session_transition}'::text[]) relation
UNION ALL
SELECT relation, 'person_id = $1', 'keep', false
FROM unnest('{person,membership,assignment,invitation,attendance}'::text[])
	relation;
INSERT INTO personal_data (relation, whose, erasure, kept, searched) VALUES
	('person_key', 'person_id = $1', 'delete', '{}', false),
	-- Rows that nobody is linked to: follow_person_erase.sql. The key stays,
	-- so that the same file brings nothing back.
	('attendance_row', 'person_ids @> ARRAY[$1]', 'blank',
		'{row_key,state,why}', false),
	('attendance_adjustment', 'person_id = $1', 'keep', '{}', true);
UPDATE personal_data SET hidden = '{person_ids,row_key}'
WHERE relation = 'attendance_row';

INSERT INTO retention_rule VALUES
	('guest_identity', 12,
	'Names and addresses in rows of exports that nobody is linked to: erased.'),
	('attendance_evidence', 72,
	'Names and addresses in rows of exports, and the reasons of adjustments: erased. That somebody attended stays with the person until they are erased.');
CREATE INDEX attendance_import_age ON attendance_import (imported_at);
