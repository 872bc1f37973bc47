-- The handlers that were ever registered. A change makes the work of each of them due.
CREATE TABLE payments_handler (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Deliveries that were acknowledged, with what they say and whether it is believed.
CREATE TABLE payments_delivery (
    number      INTEGER PRIMARY KEY,
    provider    TEXT NOT NULL,
    endpoint    TEXT NOT NULL,
    digest      BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    verdict     TEXT NOT NULL,
    is_unsigned INTEGER NOT NULL,
    state       TEXT NOT NULL,
    changed_at  INTEGER NOT NULL,
    format      INTEGER NOT NULL,
    events      TEXT NOT NULL,
    request     TEXT NOT NULL,
    UNIQUE (provider, endpoint, digest)
) STRICT;
CREATE INDEX payments_delivery_unconfirmed
    ON payments_delivery (provider, endpoint, is_unsigned, changed_at)
    WHERE state = 'unconfirmed';
CREATE INDEX payments_delivery_doubtful ON payments_delivery (changed_at) WHERE state = 'doubtful';

-- Deliveries that were refused: how many, and the newest of them.
CREATE TABLE payments_refused (
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    hour     INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (provider, endpoint, hour, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE payments_refused_sample (
    number   INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    at       INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    detail   TEXT NOT NULL,
    request  TEXT NOT NULL
) STRICT;
CREATE INDEX payments_refused_sample_newest
    ON payments_refused_sample (provider, endpoint, number);

-- The revision of each subject that a handler has handled, written in the handler's transaction.
CREATE TABLE payments_handled (
    handler  TEXT NOT NULL,
    subject  TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (handler, subject)
) STRICT, WITHOUT ROWID;

-- Changes that a handler failed at too often.
CREATE TABLE payments_dead_letter (
    handler  TEXT NOT NULL,
    subject  TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    tries    INTEGER NOT NULL,
    why      TEXT NOT NULL,
    PRIMARY KEY (handler, subject)
) STRICT, WITHOUT ROWID;
