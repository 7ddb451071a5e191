-- What people are told of their memberships, applications, requests and accounts.
-- A mailbox may be read by others: no name but the reader's, and no reason that
-- staff wrote down, unless it was written for who reads it.

INSERT INTO reminder_kind
SELECT rule, 'event', 'told', '', NOT always, false, about, always
FROM (VALUES
	('membership_invited', false, 'Invitation to a network: to who is invited.'),
	('membership_approved', false, 'Welcome to a network: to whom the hub takes in.'),
	('membership_waitlisted', false, 'Place on the waiting list: to whom the hub takes in, and no seat is free.'),
	('membership_seat', false, 'A seat came free: to who gets it.'),
	('membership_declined', false, 'The hub says no: to who asked.'),
	('membership_removed', false, 'The hub ends a membership: to whose it was.'),
	('membership_paused', false, 'The hub pauses a membership: to whose it is.'),
	('membership_resumed', false, 'The hub takes a membership up again: to whose it is.'),
	('application_approved', false, 'The superhub says yes: to the lead of the hub that applied.'),
	('application_declined', false, 'The superhub says no: to the lead of the hub that applied.'),
	('application_changes', false, 'The superhub asks for changes: to the lead of the hub that applied.'),
	('factor_enrolled', true, 'A second factor was set up: to whose account it is.'),
	('factor_disabled', true, 'A second factor was taken away: to whose account it is.'),
	('recovery_code_used', true, 'A recovery code was used: to whose account it is.'),
	('email_changed', true, 'Another primary address: to the one that was, and the one that is.'),
	('request_extended', true, 'An answer takes longer, and why: to who asked about their data.')
) k (rule, always, about);

INSERT INTO template VALUES
('membership_invited', 'en', 'Invitation to join {{network}}',
$$Dear {{name}},

{{hub}} invites you to join {{network}}: people from many places who learn together in Project ECHO, online and free of charge.

To say yes or no, sign in here: {{link}}
Or simply answer this message.

The invitation holds until {{time}} on {{date}}. If you do nothing, it ends then.

With best wishes,
{{hub}}
$$),
('membership_invited', 'cy', 'Gwahoddiad i ymuno â {{network}}',
$$Annwyl {{name}},

Mae {{hub}} yn eich gwahodd i ymuno â {{network}}: pobl o lawer o leoedd sy'n dysgu gyda'i gilydd yn Project ECHO, ar-lein ac am ddim.

I dderbyn neu wrthod, mewngofnodwch yma: {{link}}
Neu atebwch y neges hon.

Daw'r gwahoddiad i ben am {{time}}, {{date}}. Nid oes angen i chi wneud dim os nad ydych am ymuno.

Gyda dymuniadau gorau,
{{hub}}
$$),
('membership_approved', 'en', 'Welcome to {{network}}',
$$Dear {{name}},

You are now a member of {{network}}, and we are glad to have you.

You need not do anything else: an invitation with a calendar entry comes for each session.

About the network, and to rest for a while or to leave: {{link}}

With best wishes,
{{hub}}
$$),
('membership_approved', 'cy', 'Croeso i {{network}}',
$$Annwyl {{name}},

Rydych bellach yn aelod o {{network}}, ac rydym yn falch o'ch cael gyda ni.

Nid oes angen i chi wneud dim arall: daw gwahoddiad gyda chofnod calendr ar gyfer pob sesiwn.

Am y rhwydwaith, ac i gymryd seibiant neu i adael: {{link}}

Gyda dymuniadau gorau,
{{hub}}
$$),
('membership_waitlisted', 'en', 'You are on the waiting list of {{network}}',
$$Dear {{name}},

You are welcome in {{network}}, but at the moment every place is taken. You are on the waiting list: when a place comes free it is yours without your asking, and we shall write to you.

To see this, or to withdraw: {{link}}

With best wishes,
{{hub}}
$$),
('membership_waitlisted', 'cy', 'Rydych ar restr aros {{network}}',
$$Annwyl {{name}},

Mae croeso i chi yn {{network}}, ond ar hyn o bryd mae pob lle wedi'i gymryd. Rydych ar y rhestr aros: pan ddaw lle yn rhydd, chi fydd yn ei gael heb orfod gofyn, a byddwn yn ysgrifennu atoch.

I weld hyn, neu i dynnu'n ôl: {{link}}

Gyda dymuniadau gorau,
{{hub}}
$$),
('membership_seat', 'en', 'A place in {{network}} is yours',
$$Dear {{name}},

A place in {{network}} has come free, and it is yours: you are a member now. An invitation with a calendar entry comes for each session.

If you do not want it any more, please leave, so that the next one gets it: {{link}}

With best wishes,
{{hub}}
$$),
('membership_seat', 'cy', 'Mae lle i chi yn {{network}}',
$$Annwyl {{name}},

Mae lle wedi dod yn rhydd yn {{network}}, a chi sy'n ei gael: rydych bellach yn aelod. Daw gwahoddiad gyda chofnod calendr ar gyfer pob sesiwn.

Os nad ydych ei eisiau mwyach, gadewch, os gwelwch yn dda, er mwyn i'r nesaf ei gael: {{link}}

Gyda dymuniadau gorau,
{{hub}}
$$),
('membership_declined', 'en', 'Your request to join {{network}}',
$$Dear {{name}},

Thank you for asking to join {{network}}. We are sorry: we cannot offer you a place.

If you would like to know why, or think that this is a mistake, simply answer this message.

With best wishes,
{{hub}}
$$),
('membership_declined', 'cy', 'Eich cais i ymuno â {{network}}',
$$Annwyl {{name}},

Diolch am ofyn am gael ymuno â {{network}}. Mae'n ddrwg gennym: ni allwn gynnig lle i chi.

Os hoffech wybod pam, neu os ydych yn meddwl bod camgymeriad, atebwch y neges hon.

Gyda dymuniadau gorau,
{{hub}}
$$),
('membership_removed', 'en', 'Your membership of {{network}} has ended',
$$Dear {{name}},

We have ended your membership of {{network}}. You will get no more invitations and reminders of its sessions.

If you would like to know why, or think that this is a mistake, simply answer this message.

With best wishes,
{{hub}}
$$),
('membership_removed', 'cy', 'Mae eich aelodaeth o {{network}} wedi dod i ben',
$$Annwyl {{name}},

Rydym wedi dod â'ch aelodaeth o {{network}} i ben. Ni chewch ragor o wahoddiadau na negeseuon atgoffa am ei sesiynau.

Os hoffech wybod pam, neu os ydych yn meddwl bod camgymeriad, atebwch y neges hon.

Gyda dymuniadau gorau,
{{hub}}
$$),
('membership_paused', 'en', 'Your membership of {{network}} is paused',
$$Dear {{name}},

We have paused your membership of {{network}}. Your place is kept; until you are back, there are no invitations to its sessions.

To take it up again, sign in here: {{link}}
Or simply answer this message.

With best wishes,
{{hub}}
$$),
('membership_paused', 'cy', 'Mae eich aelodaeth o {{network}} wedi''i hoedi',
$$Annwyl {{name}},

Rydym wedi oedi eich aelodaeth o {{network}}. Cedwir eich lle; nes i chi ddychwelyd, ni fydd gwahoddiadau i'w sesiynau.

I ailddechrau, mewngofnodwch yma: {{link}}
Neu atebwch y neges hon.

Gyda dymuniadau gorau,
{{hub}}
$$),
('membership_resumed', 'en', 'Welcome back to {{network}}',
$$Dear {{name}},

Your membership of {{network}} is no longer paused. Invitations to its sessions come again.

To pause it, or to leave: {{link}}

With best wishes,
{{hub}}
$$),
('membership_resumed', 'cy', 'Croeso yn ôl i {{network}}',
$$Annwyl {{name}},

Nid yw eich aelodaeth o {{network}} wedi'i hoedi mwyach. Bydd gwahoddiadau i'w sesiynau yn dod eto.

I'w hoedi, neu i adael: {{link}}

Gyda dymuniadau gorau,
{{hub}}
$$),
('application_approved', 'en', 'Your application to become a hub is approved',
$$Dear {{name}},

The application of {{hub}} to become a Project ECHO hub is approved. Congratulations, and thank you for the work behind it.

What we noted: {{reason}}

Next we shall send you the partnership documents. Here is where you stand: {{link}}

With best wishes,
Project ECHO
$$),
('application_approved', 'cy', 'Mae eich cais i ddod yn hwb wedi''i gymeradwyo',
$$Annwyl {{name}},

Mae cais {{hub}} i ddod yn hwb Project ECHO wedi'i gymeradwyo. Llongyfarchiadau, a diolch am y gwaith y tu ôl iddo.

Yr hyn a nodwyd gennym: {{reason}}

Nesaf byddwn yn anfon y dogfennau partneriaeth atoch. Dyma lle'r ydych arni: {{link}}

Gyda dymuniadau gorau,
Project ECHO
$$),
('application_declined', 'en', 'Your application to become a hub',
$$Dear {{name}},

Thank you for the application of {{hub}} to become a Project ECHO hub. We are sorry: we cannot take it up now.

Why: {{reason}}

You may apply again when that has changed; please answer this message if you would like to talk about it. The application: {{link}}

With best wishes,
Project ECHO
$$),
('application_declined', 'cy', 'Eich cais i ddod yn hwb',
$$Annwyl {{name}},

Diolch am gais {{hub}} i ddod yn hwb Project ECHO. Mae'n ddrwg gennym: ni allwn ei dderbyn ar hyn o bryd.

Pam: {{reason}}

Cewch wneud cais eto pan fydd hynny wedi newid; atebwch y neges hon os hoffech siarad am y peth. Y cais: {{link}}

Gyda dymuniadau gorau,
Project ECHO
$$),
('application_changes', 'en', 'Your application to become a hub: please change something',
$$Dear {{name}},

Thank you for the application of {{hub}} to become a Project ECHO hub. Before we can decide, something needs to be changed or added:

{{reason}}

Please change it here, and submit it again: {{link}}

With best wishes,
Project ECHO
$$),
('application_changes', 'cy', 'Eich cais i ddod yn hwb: mae angen newid rhywbeth',
$$Annwyl {{name}},

Diolch am gais {{hub}} i ddod yn hwb Project ECHO. Cyn i ni allu penderfynu, mae angen newid neu ychwanegu rhywbeth:

{{reason}}

Newidiwch ef yma, os gwelwch yn dda, a'i gyflwyno eto: {{link}}

Gyda dymuniadau gorau,
Project ECHO
$$),
('factor_enrolled', 'en', 'A second factor was set up for your account',
$$Hello,

An authenticator was set up as the second factor of your Project ECHO account. From now on its codes are asked for when you sign in.

If this was you, you need not do anything. If it was not, somebody else may be signed in as you: please tell your hub at once.

Your account: {{link}}
$$),
('factor_enrolled', 'cy', 'Gosodwyd ail ffactor ar gyfer eich cyfrif',
$$Helo,

Gosodwyd dilysydd yn ail ffactor i'ch cyfrif Project ECHO. O hyn ymlaen gofynnir am ei godau pan fyddwch yn mewngofnodi.

Os mai chi a wnaeth hyn, nid oes angen i chi wneud dim. Os nad chi oedd, gall fod rhywun arall wedi mewngofnodi yn eich enw: rhowch wybod i'ch hwb ar unwaith, os gwelwch yn dda.

Eich cyfrif: {{link}}
$$),
('factor_disabled', 'en', 'The second factor of your account was taken away',
$$Hello,

The second factor of your Project ECHO account was taken away, and you were signed out everywhere.

If you did this, or asked for it, you need not do anything. If not, please tell your hub at once.

Your account: {{link}}
$$),
('factor_disabled', 'cy', 'Tynnwyd ail ffactor eich cyfrif',
$$Helo,

Tynnwyd ail ffactor eich cyfrif Project ECHO, ac fe'ch allgofnodwyd ym mhobman.

Os mai chi a wnaeth hyn, neu a ofynnodd amdano, nid oes angen i chi wneud dim. Os nad chi oedd, rhowch wybod i'ch hwb ar unwaith, os gwelwch yn dda.

Eich cyfrif: {{link}}
$$),
('recovery_code_used', 'en', 'A recovery code of your account was used',
$$Hello,

Somebody signed in to your Project ECHO account with one of its recovery codes. That code is used up.

If this was you, you need not do anything; if you have lost your authenticator, please set up another. If it was not you, please tell your hub at once.

Your account: {{link}}
$$),
('recovery_code_used', 'cy', 'Defnyddiwyd cod adfer eich cyfrif',
$$Helo,

Mewngofnododd rhywun i'ch cyfrif Project ECHO gydag un o'i godau adfer. Ni fydd y cod hwnnw'n gweithio eto.

Os mai chi oedd hyn, nid oes angen i chi wneud dim; os ydych wedi colli eich dilysydd, gosodwch un arall, os gwelwch yn dda. Os nad chi oedd, rhowch wybod i'ch hwb ar unwaith.

Eich cyfrif: {{link}}
$$),
('email_changed', 'en', 'The e-mail address of your account was changed',
$$Hello,

The e-mail address that your Project ECHO account uses first was changed. This message goes to the address that it was until now, and to the one that it is.

If you did this, or asked for it, you need not do anything. If not, somebody else may be signed in as you: please tell your hub at once.

Your account: {{link}}
$$),
('email_changed', 'cy', 'Newidiwyd cyfeiriad e-bost eich cyfrif',
$$Helo,

Newidiwyd y cyfeiriad e-bost y mae eich cyfrif Project ECHO yn ei ddefnyddio'n gyntaf. Anfonir y neges hon i'r hen gyfeiriad ac i'r un newydd.

Os mai chi a wnaeth hyn, neu a ofynnodd amdano, nid oes angen i chi wneud dim. Os nad chi oedd, gall fod rhywun arall wedi mewngofnodi yn eich enw: rhowch wybod i'ch hwb ar unwaith, os gwelwch yn dda.

Eich cyfrif: {{link}}
$$),
('request_extended', 'en', 'We need more time to answer your request',
$$Dear {{name}},

You asked us something about your data. We need longer for the answer than the usual month, as the law allows.

Why: {{reason}}

You will have our answer by {{date}}. Where it stands: {{link}}

If you do not agree, please answer this message. You may also complain to the Information Commissioner's Office: https://ico.org.uk/make-a-complaint/

With best wishes,
{{hub}}
$$),
('request_extended', 'cy', 'Mae angen mwy o amser arnom i ateb eich cais',
$$Annwyl {{name}},

Gofynasoch rywbeth i ni am eich data. Mae angen mwy o amser arnom i ateb na'r mis arferol, fel y mae'r gyfraith yn ei ganiatáu.

Pam: {{reason}}

Y dyddiad olaf ar gyfer ein hateb yw {{date}}. Ble mae'r cais arni: {{link}}

Os nad ydych yn cytuno, atebwch y neges hon, os gwelwch yn dda. Cewch hefyd gwyno i Swyddfa'r Comisiynydd Gwybodaeth: https://ico.org.uk/make-a-complaint/

Gyda dymuniadau gorau,
{{hub}}
$$);
