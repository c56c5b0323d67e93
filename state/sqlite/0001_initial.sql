-- Version 1: the tables that state/README.md describes column by column.

CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    format INTEGER NOT NULL,
    lineage TEXT NOT NULL,
    project TEXT,
    account TEXT,
    serial INTEGER NOT NULL CHECK (serial >= 0),
    head BLOB NOT NULL CHECK (length(head) = 32)
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    started INTEGER NOT NULL,
    ended INTEGER,
    command TEXT NOT NULL,
    argv TEXT NOT NULL,
    who TEXT NOT NULL,
    git_commit TEXT,
    plan TEXT,
    outcome TEXT
) STRICT;

CREATE TABLE event (
    serial INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id),
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX event_run ON event (run, serial);

CREATE TRIGGER event_never_changes BEFORE UPDATE ON event
BEGIN
    SELECT RAISE (ABORT, 'the journal is append-only');
END;

CREATE TRIGGER event_never_leaves BEFORE DELETE ON event
BEGIN
    SELECT RAISE (ABORT, 'the journal is append-only');
END;

CREATE TABLE object (
    address TEXT NOT NULL,
    deposed TEXT NOT NULL,
    kind TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    cloud_id TEXT NOT NULL,
    region TEXT,
    zone TEXT,
    billing TEXT,
    status TEXT NOT NULL CHECK (status IN ('ready', 'creating', 'incomplete', 'tainted', 'deposed')),
    inputs TEXT NOT NULL,
    observed TEXT NOT NULL,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    fingerprint TEXT NOT NULL,
    dependencies TEXT NOT NULL,
    create_before_destroy INTEGER NOT NULL CHECK (create_before_destroy IN (0, 1)),
    prevent_destroy INTEGER NOT NULL CHECK (prevent_destroy IN (0, 1)),
    on_remove TEXT NOT NULL CHECK (on_remove IN ('destroy', 'retain')),
    version INTEGER NOT NULL REFERENCES event (serial),
    PRIMARY KEY (address, deposed)
) STRICT;

-- One cloud object belongs to one address; the old half of a replacement may still share the id with the new one.
CREATE UNIQUE INDEX object_cloud ON object (kind, ifnull(region, ''), cloud_id) WHERE deposed = '' AND cloud_id <> '';

CREATE TABLE intent (
    run INTEGER NOT NULL REFERENCES run (id),
    step INTEGER NOT NULL,
    call INTEGER NOT NULL,
    begun INTEGER NOT NULL REFERENCES event (serial),
    unresolved INTEGER REFERENCES event (serial),
    PRIMARY KEY (run, step, call)
) STRICT, WITHOUT ROWID;

CREATE TABLE output (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    sensitive INTEGER NOT NULL CHECK (sensitive IN (0, 1))
) STRICT;

CREATE TABLE plan (
    id TEXT PRIMARY KEY,
    made INTEGER NOT NULL,
    body BLOB NOT NULL,
    run INTEGER REFERENCES run (id)
) STRICT;

CREATE TABLE lease (
    scope TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

INSERT INTO lease (scope, holder, epoch, expires) VALUES ('', '', 0, 0);

CREATE TABLE duration (
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    count INTEGER NOT NULL,
    usual_ms INTEGER NOT NULL,
    longest_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;
