-- What superhub and hub have signed: kept by the superhub, read by the hub too.

CREATE TABLE agreement (
	agreement_id uuid PRIMARY KEY,
	hub_id uuid NOT NULL,
	kind text NOT NULL,
	document text NOT NULL,  -- which version of the text
	text_hash text NOT NULL, -- SHA-256 of the text, in hexadecimal
	names_to_superhub boolean NOT NULL,
	sent_at timestamptz NOT NULL,
	signatory text NOT NULL DEFAULT '',
	signatory_role text NOT NULL DEFAULT '',
	signed_at timestamptz,
	expires_on date,
	ended_on date,
	ended_reason text NOT NULL DEFAULT '',
	version bigint NOT NULL,
	salt uuid NOT NULL DEFAULT gen_random_uuid(), -- the signatory is a person
	CONSTRAINT agreement_hub FOREIGN KEY (hub_id) REFERENCES hub,
	CONSTRAINT agreement_kind CHECK (kind IN ('partnership', 'data_sharing',
		'statement_of_collaboration')),
	CONSTRAINT agreement_document
		CHECK (document <> '' AND is_line(document, 60)),
	CONSTRAINT agreement_text_hash CHECK (text_hash ~ '^[0-9a-f]{64}$'),
	CONSTRAINT agreement_names
		CHECK (kind = 'data_sharing' OR NOT names_to_superhub),
	CONSTRAINT agreement_signatory CHECK (is_line(signatory, 200)
		AND (signed_at IS NULL OR signatory <> '')),
	CONSTRAINT agreement_signatory_role CHECK (is_line(signatory_role, 200)),
	CONSTRAINT agreement_signed CHECK (signed_at >= sent_at),
	CONSTRAINT agreement_expires CHECK (expires_on >= sent_at::date),
	CONSTRAINT agreement_reason CHECK (char_length(ended_reason) <= 1000)
);
COMMENT ON CONSTRAINT agreement_hub ON agreement IS
	'hub_id: There is no such hub.';
COMMENT ON CONSTRAINT agreement_kind ON agreement IS
	'kind: Choose partnership, data_sharing or statement_of_collaboration.';
COMMENT ON CONSTRAINT agreement_document ON agreement IS
	'document: Say which version of the text, in one line of at most 60 characters.';
COMMENT ON CONSTRAINT agreement_text_hash ON agreement IS
	'text_hash: Give the SHA-256 of the text as 64 hexadecimal digits.';
COMMENT ON CONSTRAINT agreement_names ON agreement IS
	'names_to_superhub: Only an agreement of kind data_sharing can say this.';
COMMENT ON CONSTRAINT agreement_signatory ON agreement IS
	'signatory: Say who signed, in one line of at most 200 characters.';
COMMENT ON CONSTRAINT agreement_signatory_role ON agreement IS
	'signatory_role: Use one line of at most 200 characters.';
COMMENT ON CONSTRAINT agreement_signed ON agreement IS
	'signed_at: It is signed after it is sent.';
COMMENT ON CONSTRAINT agreement_expires ON agreement IS
	'expires_on: It expires after it is sent.';
COMMENT ON CONSTRAINT agreement_reason ON agreement IS
	'reason: Use at most 1,000 characters.';
CREATE INDEX agreement_of_hub ON agreement (hub_id, kind);
SELECT audit_changes('agreement', 'agreement', 'agreement_id');

ALTER TABLE agreement ENABLE ROW LEVEL SECURITY;
CREATE POLICY agreement_superhub ON agreement USING (
	(SELECT authority_all() OR granted('superhub_admin')));
CREATE POLICY agreement_read ON agreement FOR SELECT USING (
	hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[]));

-- The first document sent, and the last one signed when a partnership is among
-- them, move the hub.
CREATE FUNCTION agreement_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM advance_hub(NEW.hub_id, 'applied', 'documents_sent',
		'Documents sent.');
	IF EXISTS (SELECT FROM agreement
		WHERE hub_id = NEW.hub_id AND kind = 'partnership'
			AND signed_at IS NOT NULL AND ended_on IS NULL)
		AND NOT EXISTS (SELECT FROM agreement WHERE hub_id = NEW.hub_id
			AND signed_at IS NULL AND ended_on IS NULL) THEN
		PERFORM advance_hub(NEW.hub_id, 'documents_sent', 'signed',
			'Every document signed.');
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER agreement_advances AFTER INSERT OR UPDATE ON agreement
	FOR EACH ROW EXECUTE FUNCTION agreement_advances();

CREATE VIEW agreement_message WITH (security_invoker) AS
SELECT agreement_id, hub_id, kind, document, text_hash, names_to_superhub,
	sent_at, signatory, signatory_role, signed_at, expires_on, ended_on,
	ended_reason AS reason, version
FROM agreement;
