-- Records of payments: the fold of their observations.
CREATE TABLE payments.payment (
    reference  text PRIMARY KEY,
    revision   bigint NOT NULL,
    changed_at bigint NOT NULL,
    open_cases bigint NOT NULL,
    in_doubt   boolean NOT NULL,
    format     bigint NOT NULL,
    record     text NOT NULL
);
CREATE INDEX payment_cases ON payments.payment (changed_at) WHERE open_cases > 0;

-- What was observed of payments, append-only. The token names the write.
CREATE TABLE payments.payment_observation (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment     text NOT NULL,
    revision    bigint NOT NULL,
    token       text NOT NULL UNIQUE,
    at          bigint NOT NULL,
    start       bigint NOT NULL,
    format      bigint NOT NULL,
    observation text NOT NULL,
    UNIQUE (payment, revision)
);

-- The keys of believed reports that are no movements.
CREATE TABLE payments.key (
    provider text NOT NULL,
    key      text NOT NULL,
    PRIMARY KEY (provider, key)
);

-- The names by which money finds its order: payment codes and virtual accounts.
CREATE TABLE payments.route (
    provider text NOT NULL,
    kind     text NOT NULL,
    name     text NOT NULL,
    payment  text NOT NULL,
    PRIMARY KEY (provider, kind, name, payment)
);

-- The credits, each under its key; payment is NULL while it belongs to no known order.
CREATE TABLE payments.credit (
    provider    text NOT NULL,
    key         text NOT NULL,
    payment     text,
    currency    text NOT NULL,
    minor       bigint NOT NULL,
    reported_at bigint NOT NULL,
    changed_at  bigint NOT NULL,
    open_cases  bigint NOT NULL,
    format      bigint NOT NULL,
    record      text NOT NULL,
    PRIMARY KEY (provider, key)
);
CREATE INDEX credit_amount ON payments.credit (currency, minor, reported_at);
CREATE INDEX credit_unmatched ON payments.credit (reported_at) WHERE payment IS NULL;
CREATE INDEX credit_cases ON payments.credit (changed_at) WHERE open_cases > 0;
