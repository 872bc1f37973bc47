-- Records of payouts: the fold of their observations.
CREATE TABLE payments.payout (
    reference  text PRIMARY KEY,
    provider   text NOT NULL,
    state      text NOT NULL,
    revision   bigint NOT NULL,
    changed_at bigint NOT NULL,
    open_cases bigint NOT NULL,
    format     bigint NOT NULL,
    record     text NOT NULL
);
CREATE INDEX payout_unfinished ON payments.payout (state, changed_at)
    WHERE state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed');
CREATE INDEX payout_cases ON payments.payout (changed_at) WHERE open_cases > 0;

-- What was observed, append-only. The token names the write, so that it can be repeated.
CREATE TABLE payments.observation (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payout      text NOT NULL,
    revision    bigint NOT NULL,
    token       text NOT NULL UNIQUE,
    at          bigint NOT NULL,
    start       bigint NOT NULL,
    format      bigint NOT NULL,
    observation text NOT NULL,
    UNIQUE (payout, revision)
);

-- The fences of due work: a claim has one that no earlier claim had.
CREATE SEQUENCE payments.fence;

-- Due work. due_at is by the clock of the engines, the lease by the clock of the database; fence
-- grows with every claim. holder is the start of the engine that claimed it or wrote last.
CREATE TABLE payments.task (
    kind         text NOT NULL,
    subject      text NOT NULL,
    due_at       bigint NOT NULL,
    leased_until timestamptz,
    holder       bigint NOT NULL DEFAULT 0,
    fence        bigint NOT NULL DEFAULT 0,
    tries        bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX task_due ON payments.task (kind, due_at);

-- Whether a provider's permits are held.
CREATE TABLE payments.breaker (
    provider text PRIMARY KEY,
    format   bigint NOT NULL,
    breaker  text NOT NULL
);

-- The engines that run, by the numbers of their starts.
CREATE TABLE payments.instance (
    start      bigint PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
