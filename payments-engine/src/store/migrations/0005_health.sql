-- The kinds of a record's open cases, separated by commas, so that they are counted without the key.
-- Rows that an earlier version wrote have none until they change.
ALTER TABLE payments_payout ADD COLUMN case_kinds TEXT;
ALTER TABLE payments_payment ADD COLUMN case_kinds TEXT;
ALTER TABLE payments_credit ADD COLUMN case_kinds TEXT;
CREATE INDEX payments_payment_in_doubt ON payments_payment (changed_at) WHERE in_doubt = 1;
