-- When money moved and how much, so that records are found by it. Rows that an earlier version wrote
-- have none: the time of the report or of the last change stands in for it.
ALTER TABLE payments_credit ADD COLUMN at INTEGER;
CREATE INDEX payments_credit_at ON payments_credit (provider, coalesce(at, reported_at), key);
ALTER TABLE payments_payout ADD COLUMN currency TEXT;
ALTER TABLE payments_payout ADD COLUMN minor INTEGER;
ALTER TABLE payments_payout ADD COLUMN at INTEGER;
CREATE INDEX payments_payout_at ON payments_payout (provider, coalesce(at, changed_at), reference);
CREATE INDEX payments_payout_amount
    ON payments_payout (provider, currency, minor, coalesce(at, changed_at));

-- Runs of reconciliations, each with where it goes on. Rows of a run never change.
CREATE TABLE payments_reconciliation (
    number   INTEGER PRIMARY KEY,
    begun_by TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    state    TEXT NOT NULL,
    format   INTEGER NOT NULL,
    run      TEXT NOT NULL
) STRICT;
CREATE TABLE payments_reconciliation_row (
    run    INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    format INTEGER NOT NULL,
    row    TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- What a run under way has accounted for, by the page that did. Removed when the run ends.
CREATE TABLE payments_reconciliation_mark (
    run  INTEGER NOT NULL,
    name TEXT NOT NULL,
    page INTEGER NOT NULL,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
