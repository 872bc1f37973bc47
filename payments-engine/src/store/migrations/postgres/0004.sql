-- When money moved and how much, so that records are found by it. Rows that an earlier version wrote
-- have none: the time of the report or of the last change stands in for it.
ALTER TABLE payments.credit ADD COLUMN at bigint;
CREATE INDEX credit_at ON payments.credit (provider, (coalesce(at, reported_at)), key COLLATE "C");
ALTER TABLE payments.payout ADD COLUMN currency text, ADD COLUMN minor bigint, ADD COLUMN at bigint;
CREATE INDEX payout_at
    ON payments.payout (provider, (coalesce(at, changed_at)), reference COLLATE "C");
CREATE INDEX payout_amount
    ON payments.payout (provider, currency, minor, (coalesce(at, changed_at)));

-- Runs of reconciliations, each with where it goes on. Rows of a run never change.
CREATE TABLE payments.reconciliation (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    begun_by text NOT NULL UNIQUE,
    provider text NOT NULL,
    state    text NOT NULL,
    format   bigint NOT NULL,
    run      text NOT NULL
);
CREATE TABLE payments.reconciliation_row (
    run    bigint NOT NULL,
    number bigint NOT NULL,
    kind   text NOT NULL,
    format bigint NOT NULL,
    row    text NOT NULL,
    PRIMARY KEY (run, number)
);

-- What a run under way has accounted for, by the page that did. Removed when the run ends.
CREATE TABLE payments.reconciliation_mark (
    run  bigint NOT NULL,
    name text NOT NULL,
    page bigint NOT NULL,
    PRIMARY KEY (run, name)
);
