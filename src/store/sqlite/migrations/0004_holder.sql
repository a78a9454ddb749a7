-- The server that serves the file now, at most one row: a server that opens the file by another path reads it here. Its
-- heartbeat is the file's modification time, not a column: with a WAL a column would change in the WAL, which another
-- path does not see. See store/sqlite/files/holder.ts.
CREATE TABLE holder (
  -- Of the system that runs it; "" = not known.
  boot TEXT NOT NULL,
  pid INTEGER NOT NULL,
  -- Process ids mean something within one namespace only; "" = not known.
  pid_namespace TEXT NOT NULL,
  -- When the process started, in the system's ticks: process ids are used again. 0 = not known.
  started INTEGER NOT NULL,
  listen TEXT NOT NULL,
  -- Another one at each start: says that the bytes on the disk are those which this server serves.
  nonce TEXT NOT NULL
) STRICT;
