-- The kinds of a record's open cases, separated by commas, so that they are counted without the key.
-- Rows that an earlier version wrote have none until they change.
ALTER TABLE payments.payout ADD COLUMN case_kinds text;
ALTER TABLE payments.payment ADD COLUMN case_kinds text;
ALTER TABLE payments.credit ADD COLUMN case_kinds text;
CREATE INDEX payment_in_doubt ON payments.payment (changed_at) WHERE in_doubt;
