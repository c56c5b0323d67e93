-- Version 2 of `.firma/emulator.db`: faults that happen on purpose, accounts, and what each call brought.

-- Whose cloud it happened in; empty for the usual account.
ALTER TABLE change ADD COLUMN account TEXT NOT NULL DEFAULT '';
-- What a fault made of it: JSON, or empty for nothing.
ALTER TABLE change ADD COLUMN fate TEXT NOT NULL DEFAULT '';

-- Kind of the fault that happened to the call; empty for none.
ALTER TABLE call ADD COLUMN injected TEXT NOT NULL DEFAULT '';
-- 1 when the cloud was another afterwards.
ALTER TABLE call ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
-- Ids of objects it made and deleted, JSON lists.
ALTER TABLE call ADD COLUMN made TEXT NOT NULL DEFAULT '[]';
ALTER TABLE call ADD COLUMN unmade TEXT NOT NULL DEFAULT '[]';

-- Faults in force. They are no part of the cloud: replaying `change` needs none of them.
CREATE TABLE fault (
    id INTEGER PRIMARY KEY,
    -- Emulated time in milliseconds since 1970 UTC.
    since INTEGER NOT NULL,
    -- JSON object.
    injection TEXT NOT NULL,
    -- Calls it was about, and those it happened to, by whichever process.
    seen INTEGER NOT NULL,
    hits INTEGER NOT NULL
) STRICT;
