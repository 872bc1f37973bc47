-- The handlers that were ever registered. A change makes the work of each of them due.
CREATE TABLE payments_handler (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
