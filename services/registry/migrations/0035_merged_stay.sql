-- Nothing new comes to who was merged: it is the kept one's.
CREATE FUNCTION refuse_merged() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF EXISTS (SELECT FROM new_rows n WHERE EXISTS (SELECT FROM person p
			WHERE p.person_id = n.person_id
				AND p.merged_into_id IS NOT NULL
			OFFSET 0)) THEN -- no join: that reads everybody
		RAISE 'This person was merged into another; name that one.'
			USING ERRCODE = 'check_violation', COLUMN = 'person_id';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER refuse_merged AFTER INSERT ON membership
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION refuse_merged();
CREATE TRIGGER refuse_merged AFTER INSERT ON person_email
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION refuse_merged();
CREATE TRIGGER refuse_merged AFTER INSERT ON role_grant
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION refuse_merged();
