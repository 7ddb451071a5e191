-- What is held of people here: no names, no texts. The feeds see to it.
INSERT INTO personal_data (relation, whose, erasure, kept, searched)
SELECT relation, whose, 'keep', '{}', false
FROM (VALUES
	('{person,membership,attendance,fact}', 'person_id = $1'),
	('{organisation,hub,network,programme,session,touched,tally,reach,definition}',
		'false')) v (relations, whose),
	unnest(relations::text[]) relation;
