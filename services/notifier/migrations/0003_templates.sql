-- The texts. {{name}} stands for one of a fixed set of values (compose.c); a
-- line with a value that is empty is left out. The HTML part is made from the
-- same text. A language without a text gets the English one, and the message
-- is flagged.
CREATE TABLE template (
	rule text NOT NULL REFERENCES reminder_kind,
	language text NOT NULL CHECK (language IN ('en', 'cy')),
	subject text NOT NULL,
	text text NOT NULL,
	PRIMARY KEY (rule, language)
);
INSERT INTO template VALUES
('invite', 'en', 'Invitation: {{title}}, {{date}}',
$$Dear {{name}},

You are warmly invited to a session of {{network}}.

{{title}}
When: {{when}}
Topic: {{topic}}
Facilitator: {{facilitator}}
Speaker: {{speaker}}
Join here: {{join_url}}

What we hope to learn: {{objectives}}

A calendar entry comes with this message. Please accept or decline it, so that we know whom to expect; if anything changes, your calendar will be told.

With best wishes,
{{hub}}

To see this session or pause these messages: {{session_url}}
$$),
('invite', 'cy', 'Gwahoddiad: {{title}}, {{date}}',
$$Annwyl {{name}},

Mae croeso cynnes i chi i sesiwn {{network}}.

{{title}}
Pryd: {{when}}
Pwnc: {{topic}}
Hwylusydd: {{facilitator}}
Siaradwr: {{speaker}}
Ymunwch yma: {{join_url}}

Yr hyn yr ydym yn gobeithio ei ddysgu: {{objectives}}

Daw cofnod calendr gyda'r neges hon. Derbyniwch neu gwrthodwch ef, os gwelwch yn dda, er mwyn i ni wybod pwy i'w ddisgwyl; os bydd rhywbeth yn newid, bydd eich calendr yn cael gwybod.

Gyda dymuniadau gorau,
{{hub}}

I weld y sesiwn hon neu i oedi'r negeseuon hyn: {{session_url}}
$$),
('week_before', 'en', 'In a week: {{title}}, {{date}}',
$$Dear {{name}},

Our next session of {{network}} is in a week, and we look forward to seeing you.

{{title}}
When: {{when}}
Topic: {{topic}}
Facilitator: {{facilitator}}
Speaker: {{speaker}}

What we hope to learn: {{objectives}}

Can you come? Please accept or decline the calendar entry that we sent you.
You can also tell us here: {{session_url}}

With best wishes,
{{hub}}
$$),
('week_before', 'cy', 'Ymhen wythnos: {{title}}, {{date}}',
$$Annwyl {{name}},

Mae ein sesiwn nesaf o {{network}} ymhen wythnos, ac edrychwn ymlaen at eich gweld.

{{title}}
Pryd: {{when}}
Pwnc: {{topic}}
Hwylusydd: {{facilitator}}
Siaradwr: {{speaker}}

Yr hyn yr ydym yn gobeithio ei ddysgu: {{objectives}}

A allwch chi ddod? Derbyniwch neu gwrthodwch y cofnod calendr a anfonwyd atoch, os gwelwch yn dda.
Gallwch hefyd roi gwybod i ni yma: {{session_url}}

Gyda dymuniadau gorau,
{{hub}}
$$),
('day_before', 'en', 'Tomorrow: {{title}}, {{date}}',
$$Dear {{name}},

A reminder that we meet tomorrow.

{{title}}
When: {{when}}
Topic: {{topic}}
Facilitator: {{facilitator}}
Speaker: {{speaker}}
Join here: {{join_url}}

Materials and details: {{session_url}}

See you there,
{{hub}}
$$),
('day_before', 'cy', 'Yfory: {{title}}, {{date}}',
$$Annwyl {{name}},

Nodyn i'ch atgoffa ein bod yn cwrdd yfory.

{{title}}
Pryd: {{when}}
Pwnc: {{topic}}
Hwylusydd: {{facilitator}}
Siaradwr: {{speaker}}
Ymunwch yma: {{join_url}}

Deunyddiau a manylion: {{session_url}}

Welwn ni chi yno,
{{hub}}
$$),
('hour_before', 'en', 'Starting soon: {{title}}',
$$Dear {{name}},

{{title}} begins at {{time}}.

Join here: {{join_url}}

See you there,
{{hub}}
$$),
('hour_before', 'cy', 'Yn dechrau cyn bo hir: {{title}}',
$$Annwyl {{name}},

Mae {{title}} yn dechrau am {{time}}.

Ymunwch yma: {{join_url}}

Welwn ni chi yno,
{{hub}}
$$),
('thanks', 'en', 'Thank you for coming: {{title}}',
$$Dear {{name}},

Thank you for coming to {{title}} on {{date}}. What you bring to {{network}} is what makes it worth while: everybody teaches, everybody learns.

Please tell us how it was for you: {{session_url}}

With best wishes,
{{hub}}
$$),
('thanks', 'cy', 'Diolch am ddod: {{title}}',
$$Annwyl {{name}},

Diolch am ddod i {{title}} ar {{date}}. Yr hyn yr ydych chi'n ei gyfrannu at {{network}} sy'n ei wneud yn werth chweil: pawb yn addysgu, pawb yn dysgu.

Rhowch wybod i ni sut brofiad oedd hwn i chi: {{session_url}}

Gyda dymuniadau gorau,
{{hub}}
$$),
('change', 'en', 'Changed: {{title}}, {{date}}',
$$Dear {{name}},

The details of this session of {{network}} have changed. This is how they stand now:

{{title}}
When: {{when}}
Topic: {{topic}}
Facilitator: {{facilitator}}
Speaker: {{speaker}}
Join here: {{join_url}}

The calendar entry that comes with this message replaces the one you have. We are sorry for any inconvenience.

With best wishes,
{{hub}}

Details: {{session_url}}
$$),
('change', 'cy', 'Wedi newid: {{title}}, {{date}}',
$$Annwyl {{name}},

Mae manylion y sesiwn hon o {{network}} wedi newid. Dyma'r manylion erbyn hyn:

{{title}}
Pryd: {{when}}
Pwnc: {{topic}}
Hwylusydd: {{facilitator}}
Siaradwr: {{speaker}}
Ymunwch yma: {{join_url}}

Mae'r cofnod calendr sydd gyda'r neges hon yn disodli'r un sydd gennych. Mae'n ddrwg gennym am unrhyw anghyfleustra.

Gyda dymuniadau gorau,
{{hub}}

Manylion: {{session_url}}
$$),
('cancel', 'en', 'Cancelled: {{title}}, {{date}}',
$$Dear {{name}},

We are sorry: this session of {{network}} will not take place.

{{title}}
It was to be: {{when}}
Why: {{reason}}

The message that you are reading takes it out of your calendar. We hope to see you at the next one.

With best wishes,
{{hub}}
$$),
('cancel', 'cy', 'Wedi ei chanslo: {{title}}, {{date}}',
$$Annwyl {{name}},

Mae'n ddrwg gennym: ni fydd y sesiwn hon o {{network}} yn cael ei chynnal.

{{title}}
Roedd i fod: {{when}}
Pam: {{reason}}

Mae'r neges hon yn ei thynnu o'ch calendr. Gobeithiwn eich gweld yn yr un nesaf.

Gyda dymuniadau gorau,
{{hub}}
$$);
