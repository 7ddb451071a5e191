-- 5,000 organisations: names as they come, so that words are shared by many.
SELECT set_config('echo.authority', 'service', false);
INSERT INTO organisation (organisation_id, name, setting, postcode_outward, nation,
	region, version)
SELECT ('00000000-0000-4000-8001-' || lpad(to_hex(n), 12, '0'))::uuid,
	CASE (n / 250) % 4 WHEN 0 THEN place || ' ' || kind
		WHEN 1 THEN 'St ' || saint || '''s ' || kind || ', ' || place
		WHEN 2 THEN 'The ' || saint || ' ' || kind || ' (' || place || ')'
		ELSE kind || ' of ' || place || ' and ' || saint END || CASE
		WHEN n >= 2500 THEN ' ' || (n / 500)::text ELSE '' END,
	'other', area || 1 + n % 20, '', '', 1
FROM (SELECT n, (string_to_array('Hereford Sheffield Inverness Belfast Cardiff'
		' Leeds York Hull Truro Exeter Derby Norwich Durham Oxford Reading'
		' Swansea Bangor Perth Dundee Stirling Derry Newry Lisburn Luton'
		' Dover', ' '))[1 + n % 25] AS place,
	(string_to_array('Luke Mary Giles Oswald Columba Michael Barnabas Cuthbert'
		' Wilfrid Catherine David Andrew Patrick Brigid Teresa', ' '))
		[1 + n % 15] AS saint,
	(string_to_array('Hospice|Care Home|Nursing Home|Community Hospital|'
		'Health Centre|Medical Practice|Ambulance Trust|Pharmacy|'
		'Care Group|University', '|'))[1 + n / 25 % 10] AS kind,
	(string_to_array('HR S IV BT CF LS YO HU TR EX DE NR DH OX RG SA LL PH DD',
		' '))[1 + n % 19] AS area
	FROM generate_series(0, 4999) n) made;
INSERT INTO organisation_alias (organisation_id, name, postcode_outward)
SELECT organisation_id, 'Old ' || name, postcode_outward
FROM organisation ORDER BY organisation_id LIMIT 500;
ANALYZE;
