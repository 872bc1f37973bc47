-- The handlers that were ever registered. A change makes the work of each of them due.
CREATE TABLE payments.handler (
    name text PRIMARY KEY
);

-- Deliveries that were acknowledged, with what they say and whether it is believed.
CREATE TABLE payments.delivery (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider    text NOT NULL,
    endpoint    text NOT NULL,
    digest      bytea NOT NULL,
    received_at bigint NOT NULL,
    verdict     text NOT NULL,
    is_unsigned boolean NOT NULL,
    state       text NOT NULL,
    changed_at  bigint NOT NULL,
    format      bigint NOT NULL,
    events      text NOT NULL,
    request     text NOT NULL,
    UNIQUE (provider, endpoint, digest)
);
CREATE INDEX delivery_unconfirmed
    ON payments.delivery (provider, endpoint, is_unsigned, changed_at)
    WHERE state = 'unconfirmed';
CREATE INDEX delivery_doubtful ON payments.delivery (changed_at) WHERE state = 'doubtful';

-- Deliveries that were refused: how many, and the newest of them.
CREATE TABLE payments.refused (
    provider text NOT NULL,
    endpoint text NOT NULL,
    hour     bigint NOT NULL,
    reason   text NOT NULL,
    count    bigint NOT NULL,
    PRIMARY KEY (provider, endpoint, hour, reason)
);
CREATE TABLE payments.refused_sample (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    endpoint text NOT NULL,
    at       bigint NOT NULL,
    reason   text NOT NULL,
    detail   text NOT NULL,
    request  text NOT NULL
);
CREATE INDEX refused_sample_newest ON payments.refused_sample (provider, endpoint, number);

-- The revision of each subject that a handler has handled, written in the handler's transaction.
CREATE TABLE payments.handled (
    handler  text NOT NULL,
    subject  text NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (handler, subject)
);

-- Changes that a handler failed at too often.
CREATE TABLE payments.dead_letter (
    handler  text NOT NULL,
    subject  text NOT NULL,
    revision bigint NOT NULL,
    at       bigint NOT NULL,
    tries    bigint NOT NULL,
    why      text NOT NULL,
    PRIMARY KEY (handler, subject)
);
