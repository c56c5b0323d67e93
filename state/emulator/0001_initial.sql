-- Version 1 of `.firma/emulator.db`: the log of the embedded cloud. Written and read by the crate `server` alone.
-- Losing this file loses the emulated cloud and nothing else.

-- One row: where the cloud began.
CREATE TABLE origin (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- Seed of ids and jitter.
    seed INTEGER NOT NULL
) STRICT;

-- Every call that changed the cloud, in order. Doing them again in this order makes the same cloud.
CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    -- Emulated time in milliseconds since 1970 UTC.
    at INTEGER NOT NULL,
    -- Service id, or `__emulator` for changes from outside the cloud.
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    -- JSON object.
    parameters TEXT NOT NULL
) STRICT;

-- The cloud after the change `seq`, so that opening need not replay everything. Only the newest is kept.
CREATE TABLE snapshot (
    seq INTEGER PRIMARY KEY,
    world BLOB NOT NULL
) STRICT;

-- Every call, reads and refused ones too.
CREATE TABLE call (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    region TEXT NOT NULL,
    -- HTTP status.
    code INTEGER NOT NULL,
    -- `OK` or the status word of the error.
    status TEXT NOT NULL,
    request_id TEXT NOT NULL,
    -- 1 for operations that change the cloud.
    mutating INTEGER NOT NULL
) STRICT;
