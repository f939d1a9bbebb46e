-- What a rule of RFC 5545 comes to, after its examples. Thousands more are compared in tests/properties/test_recurrence_rules.py.
begin;
select no_plan();

create function pg_temp.days(rule text, starts date, until date, since date default null) returns text language sql as $$
  select string_agg(to_char(d.day, 'MM-DD'), ' ' order by d.day)
  from private.rrule_days(rule, starts, coalesce(since, starts), until) as d (day)
$$;
select is(pg_temp.days(r.rule, r.starts::date, r.until::date, r.since::date), r.days, r.rule)
from (
  values
  ('FREQ=DAILY;INTERVAL=10;COUNT=5', '1997-09-02', '1997-12-31', null, '09-02 09-12 09-22 10-02 10-12'),
  ('RRULE:FREQ=DAILY;UNTIL=19970904T000000Z', '1997-09-02', '1997-12-31', null, '09-02 09-03 09-04'),
  ('FREQ=WEEKLY', '1997-09-02', '1997-09-30', '1997-09-10', '09-16 09-23 09-30'),
  ('freq=weekly;interval=2;wkst=su;byday=tu,th', '1997-09-02', '1997-10-02', null, '09-02 09-04 09-16 09-18 09-30 10-02'),
  ('FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '1997-08-05', '1997-12-31', null, '08-05 08-10 08-19 08-24'),
  ('FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08-05', '1997-12-31', null, '08-05 08-17 08-19 08-31'),
  ('FREQ=MONTHLY;COUNT=3', '1997-09-02', '1998-12-31', '1997-10-01', '10-02 11-02'),
  ('FREQ=MONTHLY;BYDAY=-2MO', '1997-09-22', '1997-12-31', null, '09-22 10-20 11-17 12-22'),
  ('FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09-28', '1997-12-31', null, '09-28 10-29 11-28 12-29'),
  ('FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '1997-09-02', '1998-11-30', '1998-03-01', '03-13 11-13'),
  ('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '1997-09-30', '1997-12-31', null, '09-30 10-31 11-28 12-31'),
  ('FREQ=YEARLY', '1997-06-10', '1999-12-31', '1998-01-01', '06-10 06-10'),
  ('FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8', '1996-11-05', '2004-12-31', '1997-01-01', '11-07 11-02'),
  ('FREQ=YEARLY;BYDAY=20MO', '1997-05-19', '1998-12-31', null, '05-19 05-18')
) as r (rule, starts, until, since, days);

select throws_ok(
  format('select private.parse_rrule(%L)', f.rule), 'PT422', 'The recurrence rule can''t be followed. ' || f.fault, f.rule
)
from (
  values
  ('INTERVAL=2', 'FREQ is missing.'),
  ('FREQ=DAILY;FREQ=DAILY', 'The part "FREQ=DAILY" is not understood.'),
  ('FREQ=HOURLY', 'The part "FREQ=HOURLY" is not understood.'),
  ('FREQ=DAILY;UNTIL=19970231', 'There is no day 19970231.'),
  ('FREQ=DAILY;COUNT=2;UNTIL=19970228', 'COUNT and UNTIL exclude each other.'),
  ('FREQ=WEEKLY;BYDAY=1MO', 'Numbered days in BYDAY need FREQ=MONTHLY or YEARLY.'),
  ('FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY excludes FREQ=WEEKLY.'),
  ('FREQ=DAILY;BYSETPOS=1', 'BYSETPOS needs another BY… part.')
) as f (rule, fault);

select * from finish();
rollback;
