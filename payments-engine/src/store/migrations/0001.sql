-- Records of payouts: the fold of their observations.
CREATE TABLE payments_payout (
    reference  TEXT PRIMARY KEY,
    provider   TEXT NOT NULL,
    state      TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    open_cases INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT NOT NULL
) STRICT;
CREATE INDEX payments_payout_unfinished ON payments_payout (state, changed_at)
    WHERE state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed');
CREATE INDEX payments_payout_cases ON payments_payout (changed_at) WHERE open_cases > 0;

-- What was observed, append-only. The token names the write, so that it can be repeated.
CREATE TABLE payments_observation (
    id          INTEGER PRIMARY KEY,
    payout      TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    token       TEXT NOT NULL UNIQUE,
    at          INTEGER NOT NULL,
    start       INTEGER NOT NULL,
    format      INTEGER NOT NULL,
    observation TEXT NOT NULL,
    UNIQUE (payout, revision)
) STRICT;

-- Due work. due_at is also the lease; fence grows with every claim.
CREATE TABLE payments_task (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at  INTEGER NOT NULL,
    fence   INTEGER NOT NULL DEFAULT 0,
    tries   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_task_due ON payments_task (kind, due_at);

-- Whether a provider's permits are held.
CREATE TABLE payments_breaker (
    provider TEXT PRIMARY KEY,
    format   INTEGER NOT NULL,
    breaker  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
