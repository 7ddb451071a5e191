-- What the catalogue of personal data does not know of signing in by itself. All
-- of it goes when a person does; of others it is only hashes.
INSERT INTO personal_data (relation, whose, erasure, searched) VALUES
	('sign_in_session', 'person_id = $1', 'delete', true),
	('sign_in_seen', 'session_id IN (SELECT session_id
		FROM sign_in_session WHERE person_id = $1)', 'delete', true),
	('second_factor', 'person_id = $1', 'delete', false),
	('recovery_code', 'person_id = $1', 'delete', false),
	('sign_in_link', 'address IN (SELECT address FROM person_email
		WHERE person_id = $1 AND NOT shared)', 'delete', true),
	('sign_in_attempt', 'false', 'keep', false);
