-- What the registry knows of the scheduler's sessions: which hub has held one,
-- and when. That makes a hub launched, active and dormant.

CREATE TABLE held_session (
	session_id uuid PRIMARY KEY,
	hub_id uuid NOT NULL,
	start_at timestamptz NOT NULL,
	completed boolean NOT NULL,
	version bigint NOT NULL
);
CREATE INDEX held_session_of_hub ON held_session (hub_id, start_at)
	WHERE completed;
ALTER TABLE held_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY held_session_all ON held_session
	USING ((SELECT authority_all()));
