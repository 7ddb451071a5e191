-- Code lists: settings, professions (with their English and Welsh names) and
-- time zones. Codes are what files and the interface use; they never change.

CREATE TABLE setting (
	code text PRIMARY KEY,
	label_en text NOT NULL,
	label_cy text NOT NULL
);
INSERT INTO setting (code, label_en, label_cy) VALUES
	('hospice_inpatient', 'Hospice: inpatient unit', 'Hosbis: uned cleifion mewnol'),
	('hospice_community', 'Hospice: community and at home', 'Hosbis: yn y gymuned a gartref'),
	('hospice_children', 'Children''s hospice', 'Hosbis plant'),
	('care_home_nursing', 'Care home with nursing', 'Cartref gofal â nyrsio'),
	('care_home_residential', 'Care home (residential)', 'Cartref gofal (preswyl)'),
	('domiciliary_care', 'Domiciliary care', 'Gofal cartref'),
	('hospital_acute', 'NHS hospital (acute)', 'Ysbyty GIG (aciwt)'),
	('hospital_community', 'Community hospital', 'Ysbyty cymuned'),
	('mental_health', 'Mental health service', 'Gwasanaeth iechyd meddwl'),
	('gp_primary_care', 'GP practice or primary care', 'Meddygfa neu ofal sylfaenol'),
	('out_of_hours', 'Out of hours service', 'Gwasanaeth y tu allan i oriau'),
	('ambulance', 'Ambulance service', 'Gwasanaeth ambiwlans'),
	('community_nursing', 'Community nursing', 'Nyrsio cymunedol'),
	('pharmacy_community', 'Community pharmacy', 'Fferyllfa gymunedol'),
	('pharmacy_hospital', 'Hospital pharmacy', 'Fferyllfa ysbyty'),
	('prison', 'Prison or secure setting', 'Carchar neu leoliad diogel'),
	('immigration_removal', 'Immigration removal centre', 'Canolfan symud mewnfudwyr'),
	('learning_disability', 'Learning disability service', 'Gwasanaeth anabledd dysgu'),
	('homelessness_inclusion', 'Homelessness and inclusion health', 'Digartrefedd ac iechyd cynhwysiant'),
	('dialysis', 'Dialysis unit', 'Uned ddialysis'),
	('social_work_local_authority', 'Social work or local authority', 'Gwaith cymdeithasol neu awdurdod lleol'),
	('education_university', 'Education or university', 'Addysg neu brifysgol'),
	('charity_voluntary', 'Charity or voluntary organisation', 'Elusen neu gorff gwirfoddol'),
	('faith_chaplaincy', 'Faith body or chaplaincy', 'Corff ffydd neu gaplaniaeth'),
	('commissioner', 'Commissioner or health board', 'Comisiynydd neu fwrdd iechyd'),
	('regulator', 'Regulator', 'Rheoleiddiwr'),
	('independent', 'Independent practice', 'Ymarfer annibynnol'),
	('other', 'Other', 'Arall');

-- regulator: who keeps the register of that profession; '' for none.
CREATE TABLE profession (
	code text PRIMARY KEY,
	label_en text NOT NULL,
	label_cy text NOT NULL,
	regulator text NOT NULL DEFAULT ''
);
INSERT INTO profession (code, label_en, label_cy, regulator) VALUES
	('doctor_consultant', 'Doctor: consultant', 'Meddyg: ymgynghorydd', 'GMC'),
	('doctor_sas', 'Doctor: specialty or associate specialist', 'Meddyg: arbenigedd neu arbenigwr cyswllt', 'GMC'),
	('doctor_resident', 'Doctor: resident', 'Meddyg: preswyl', 'GMC'),
	('doctor_gp', 'Doctor: general practitioner', 'Meddyg teulu', 'GMC'),
	('registered_nurse', 'Registered nurse', 'Nyrs gofrestredig', 'NMC'),
	('midwife', 'Midwife', 'Bydwraig', 'NMC'),
	('nursing_associate', 'Nursing associate', 'Cydymaith nyrsio', 'NMC'),
	('clinical_nurse_specialist', 'Clinical nurse specialist', 'Nyrs glinigol arbenigol', 'NMC'),
	('advanced_practitioner', 'Advanced practitioner', 'Uwch-ymarferydd', ''),
	('healthcare_assistant', 'Healthcare assistant or support worker', 'Cynorthwyydd gofal iechyd neu weithiwr cymorth', ''),
	('care_home_manager', 'Care home manager', 'Rheolwr cartref gofal', ''),
	('care_worker', 'Care worker', 'Gweithiwr gofal', ''),
	('paramedic', 'Paramedic', 'Parafeddyg', 'HCPC'),
	('physiotherapist', 'Physiotherapist', 'Ffisiotherapydd', 'HCPC'),
	('occupational_therapist', 'Occupational therapist', 'Therapydd galwedigaethol', 'HCPC'),
	('dietitian', 'Dietitian', 'Deietegydd', 'HCPC'),
	('speech_language_therapist', 'Speech and language therapist', 'Therapydd lleferydd ac iaith', 'HCPC'),
	('arts_therapist', 'Arts therapist', 'Therapydd celfyddydau', 'HCPC'),
	('practitioner_psychologist', 'Practitioner psychologist', 'Seicolegydd sy''n ymarfer', 'HCPC'),
	('radiographer', 'Radiographer', 'Radiograffydd', 'HCPC'),
	('podiatrist', 'Podiatrist', 'Podiatrydd', 'HCPC'),
	('biomedical_scientist', 'Biomedical scientist', 'Gwyddonydd biofeddygol', 'HCPC'),
	('clinical_scientist', 'Clinical scientist', 'Gwyddonydd clinigol', 'HCPC'),
	('hearing_aid_dispenser', 'Hearing aid dispenser', 'Cyflenwr cymhorthion clyw', 'HCPC'),
	('operating_department_practitioner', 'Operating department practitioner', 'Ymarferydd adran lawdriniaethau', 'HCPC'),
	('orthoptist', 'Orthoptist', 'Orthoptydd', 'HCPC'),
	('prosthetist_orthotist', 'Prosthetist or orthotist', 'Prosthetydd neu orthotydd', 'HCPC'),
	('pharmacist', 'Pharmacist', 'Fferyllydd', 'GPhC, PSNI'),
	('pharmacy_technician', 'Pharmacy technician', 'Technegydd fferyllol', 'GPhC'),
	('dentist', 'Dentist', 'Deintydd', 'GDC'),
	('dental_care_professional', 'Dental care professional', 'Gweithiwr gofal deintyddol proffesiynol', 'GDC'),
	('optometrist', 'Optometrist', 'Optometrydd', 'GOC'),
	('osteopath', 'Osteopath', 'Osteopath', 'GOsC'),
	('chiropractor', 'Chiropractor', 'Ceiropractydd', 'GCC'),
	('social_worker', 'Social worker', 'Gweithiwr cymdeithasol', 'SWE, SSSC, NISCC, SCW'),
	('counsellor', 'Counsellor or bereavement worker', 'Cwnselydd neu weithiwr profedigaeth', ''),
	('chaplain', 'Chaplain or spiritual care', 'Caplan neu ofal ysbrydol', ''),
	('complementary_therapist', 'Complementary therapist', 'Therapydd cyflenwol', ''),
	('volunteer_coordinator', 'Volunteer coordinator', 'Cydlynydd gwirfoddolwyr', ''),
	('volunteer', 'Volunteer', 'Gwirfoddolwr', ''),
	('educator', 'Educator', 'Addysgwr', ''),
	('researcher', 'Researcher', 'Ymchwilydd', ''),
	('manager', 'Manager', 'Rheolwr', ''),
	('administrator', 'Administrator', 'Gweinyddwr', ''),
	('commissioner', 'Commissioner', 'Comisiynydd', ''),
	('prison_officer', 'Prison officer or custody staff', 'Swyddog carchar neu staff y ddalfa', ''),
	('student', 'Student', 'Myfyriwr', ''),
	('expert_by_experience', 'Carer or expert by experience', 'Gofalwr neu arbenigwr drwy brofiad', ''),
	('other', 'Other', 'Arall', '');

-- What PostgreSQL itself can reckon with, without its own aliases.
CREATE TABLE zone (name text PRIMARY KEY);
INSERT INTO zone SELECT name FROM pg_timezone_names
WHERE name = 'UTC'
	OR name ~ '^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/';
