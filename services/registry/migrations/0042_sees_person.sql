-- A view whose columns call a volatile function is worked out as a whole before
-- anything is joined to it: person_message did, through the policy of addresses,
-- and finding one person read all of them. To the planner the question is stable
-- from here on; the function within still looks anew.
CREATE FUNCTION sees_person_anew(other_id uuid) RETURNS boolean
VOLATILE LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT sees_person_id(other_id, sight()));
END $$;
CREATE OR REPLACE FUNCTION sees_person_now(other_id uuid) RETURNS boolean
STABLE LANGUAGE plpgsql AS $$
BEGIN
	RETURN sees_person_anew(other_id);
END $$;
