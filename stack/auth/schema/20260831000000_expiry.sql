-- What the platform's tables have since August 2026, so that rows come in from it. The stand-in makes no use of either.
alter type auth.factor_type add value 'recovery_code';
alter table auth.one_time_tokens add column expires_at timestamptz;
