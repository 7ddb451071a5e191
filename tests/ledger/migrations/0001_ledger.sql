-- Entries, and the copy that follows their feed.
CREATE TABLE entry (
	entry_id uuid PRIMARY KEY,
	account text NOT NULL,
	amount bigint NOT NULL,
	kind text,
	tags text[] NOT NULL DEFAULT '{}',
	entered_at timestamptz NOT NULL,
	version bigint NOT NULL DEFAULT 1,
	CONSTRAINT entry_amount_range CHECK (amount BETWEEN 1 AND 1000000)
);
COMMENT ON CONSTRAINT entry_amount_range ON entry IS
	'amount: The amount must be 1 to 1,000,000.';
CREATE INDEX entry_account ON entry (account, entry_id);
SELECT publish_changes('entry', 'entry', 'entry_id');

CREATE TABLE entry_copy (
	entry_id text PRIMARY KEY,
	account text NOT NULL,
	amount bigint NOT NULL,
	version bigint NOT NULL
);

-- A person sees the accounts that a network grant names.
ALTER TABLE entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY entry_scope ON entry USING ((SELECT authority_all())
	OR account = ANY ((SELECT authority_network_ids())::text[]));
