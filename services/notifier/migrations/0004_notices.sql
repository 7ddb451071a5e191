-- Notices: single mails that another service asks for. They are messages like
-- the others (message.session_id is the notice's id), without plan and rule.

-- always: also to an address that is suppressed. Who has just asked for a link to
-- sign in gets it, although they want no other mail; and nobody silences what
-- guards an account, or what the law says people are told.
ALTER TABLE reminder_kind ADD always boolean NOT NULL DEFAULT false;
INSERT INTO reminder_kind VALUES
('sign_in', 'event', 'told', '', false, false,
	'Link to sign in: to who asks for one.', true);

-- What only the mail may say. It goes when the mail has gone.
CREATE TABLE notice (
	message_id bigint PRIMARY KEY REFERENCES message ON DELETE CASCADE,
	path text NOT NULL,
	network text NOT NULL DEFAULT '',
	hub text NOT NULL DEFAULT '',
	reply_to text NOT NULL DEFAULT '',
	reason text NOT NULL DEFAULT '',
	until_local timestamp,
	CONSTRAINT notice_path CHECK (path ~ '^/[A-Za-z0-9/_-]{0,199}$')
);
COMMENT ON CONSTRAINT notice_path ON notice IS
	'path: Give a path of letters, digits, / _ and -.';
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY notice_service ON notice USING ((SELECT authority_all()));

INSERT INTO template VALUES
('sign_in', 'en', 'Your link to sign in',
$$Hello,

Here is your link to sign in to Project ECHO. It works once, and for a quarter of an hour:

{{link}}

If you did not ask for it, you need not do anything: without the link nobody gets in. Please do not pass it on.
$$),
('sign_in', 'cy', 'Eich dolen i fewngofnodi',
$$Helo,

Dyma eich dolen i fewngofnodi i Project ECHO. Mae'n gweithio unwaith, ac am chwarter awr:

{{link}}

Os na ofynnoch amdani, nid oes angen i chi wneud dim: heb y ddolen ni all neb fewngofnodi. Peidiwch â'i rhannu, os gwelwch yn dda.
$$);
