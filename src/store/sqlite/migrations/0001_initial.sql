-- Times are ms since 1970, sizes are bytes, flags are 0 or 1. Text compares byte for byte (BINARY, the default).

-- "usmt": marks the file as ours, so that no other program's database is taken for a store.
PRAGMA application_id = 1970498932;

-- AUTOINCREMENT: the number of a deleted app must not come back while its users wait to be purged.
CREATE TABLE apps (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  app_key TEXT NOT NULL UNIQUE,
  client_id TEXT NOT NULL UNIQUE,
  client_secret_hash BLOB NOT NULL,
  created INTEGER NOT NULL,
  -- NULL in the settings below = the server's own.
  user_bytes_max INTEGER,
  app_bytes_max INTEGER,
  batch_max INTEGER,
  rate_per_second INTEGER,
  dialect TEXT NOT NULL,
  registration TEXT,
  token_ttl_seconds INTEGER NOT NULL,
  admin_tokens_valid_after INTEGER NOT NULL,
  tokens_valid_after INTEGER NOT NULL
) STRICT;

-- The sum of users.bytes, updated in the same transaction.
CREATE TABLE app_usage (
  app INTEGER PRIMARY KEY,
  used INTEGER NOT NULL
) STRICT;

-- Deleted apps whose users are still to be removed.
CREATE TABLE deleted_apps (
  number INTEGER PRIMARY KEY,
  deleted INTEGER NOT NULL
) STRICT;

CREATE TABLE signing_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  secret BLOB NOT NULL,
  created INTEGER NOT NULL
) STRICT;

-- One row per user, including the attributes. A rowid table with an index on the name, not WITHOUT ROWID: there the
-- rows themselves would be in the inner pages of the tree. A 4 kB page holds two to a dozen of them, so that ten
-- million users would make the tree twice as deep, and an update would rewrite pages that every lookup needs. Here the
-- name's index has about a hundred entries per page and never changes after the insertion. The row is found by number,
-- and rows are in the order of creation, which is the order of listing. The attributes come last, because only they are
-- long: the columns before them are read without overflow pages.
CREATE TABLE users (
  row INTEGER PRIMARY KEY,
  app INTEGER NOT NULL,
  name TEXT NOT NULL,
  id TEXT NOT NULL,
  activated INTEGER NOT NULL,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  tokens_valid_after INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  version INTEGER NOT NULL,
  attributes_modified INTEGER NOT NULL,
  password_hash TEXT,
  nickname TEXT,
  attributes TEXT NOT NULL,
  UNIQUE (app, name)
) STRICT;

CREATE INDEX users_by_creation ON users (app, created, name);

-- The change feed: servers read what is past the last position they saw.
CREATE TABLE changes (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT
) STRICT;

CREATE INDEX changes_by_time ON changes (at);
