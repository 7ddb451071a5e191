-- The question whether to stay, to who has not been seen for years.
INSERT INTO reminder_kind VALUES
('stay', 'event', 'told', '', true, false,
	'Question whether to stay: to members who have not been seen for years.');
INSERT INTO template VALUES
('stay', 'en', 'Would you like to stay in Project ECHO?',
$$Dear {{name}},

We have not seen you at a session for a long time, and we do not want to keep what you told us for longer than it is of use.

If you would like to stay, sign in here within two months, or write to your hub:

{{link}}

Otherwise we shall erase your name and your addresses. That you took part stays in our figures, without your name.

With many thanks for all you have contributed.
$$),
('stay', 'cy', 'Hoffech chi aros yn Project ECHO?',
$$Annwyl {{name}},

Nid ydym wedi eich gweld mewn sesiwn ers amser maith, ac nid ydym am gadw'r hyn a ddywedoch wrthym am fwy o amser nag sydd ei angen.

Os hoffech aros, mewngofnodwch yma o fewn dau fis, neu ysgrifennwch at eich hwb:

{{link}}

Fel arall byddwn yn dileu eich enw a'ch cyfeiriadau. Bydd y ffaith i chi gymryd rhan yn aros yn ein ffigurau, heb eich enw.

Gyda llawer o ddiolch am bopeth yr ydych wedi'i gyfrannu.
$$);
