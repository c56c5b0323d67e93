-- Version 2: a state that was brought back from a backup knows since when it goes its own way.

ALTER TABLE meta ADD COLUMN restored INTEGER REFERENCES event (serial);
