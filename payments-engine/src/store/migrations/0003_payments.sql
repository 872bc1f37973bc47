-- Records of payments: the fold of their observations.
CREATE TABLE payments_payment (
    reference  TEXT PRIMARY KEY,
    revision   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    open_cases INTEGER NOT NULL,
    in_doubt   INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    record     TEXT NOT NULL
) STRICT;
CREATE INDEX payments_payment_cases ON payments_payment (changed_at) WHERE open_cases > 0;

-- What was observed of payments, append-only. The token names the write.
CREATE TABLE payments_payment_observation (
    id          INTEGER PRIMARY KEY,
    payment     TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    token       TEXT NOT NULL UNIQUE,
    at          INTEGER NOT NULL,
    start       INTEGER NOT NULL,
    format      INTEGER NOT NULL,
    observation TEXT NOT NULL,
    UNIQUE (payment, revision)
) STRICT;

-- The keys of believed reports that are no movements.
CREATE TABLE payments_key (
    provider TEXT NOT NULL,
    key      TEXT NOT NULL,
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

-- The names by which money finds its order: payment codes and virtual accounts.
CREATE TABLE payments_route (
    provider TEXT NOT NULL,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    payment  TEXT NOT NULL,
    PRIMARY KEY (provider, kind, name, payment)
) STRICT, WITHOUT ROWID;

-- The credits, each under its key; payment is NULL while it belongs to no known order.
CREATE TABLE payments_credit (
    provider    TEXT NOT NULL,
    key         TEXT NOT NULL,
    payment     TEXT,
    currency    TEXT NOT NULL,
    minor       INTEGER NOT NULL,
    reported_at INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    open_cases  INTEGER NOT NULL,
    format      INTEGER NOT NULL,
    record      TEXT NOT NULL,
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_credit_amount ON payments_credit (currency, minor, reported_at);
CREATE INDEX payments_credit_unmatched ON payments_credit (reported_at) WHERE payment IS NULL;
CREATE INDEX payments_credit_cases ON payments_credit (changed_at) WHERE open_cases > 0;
