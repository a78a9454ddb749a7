-- Times are ms since 1970, sizes are bytes, flags are 0 or 1. Text compares byte for byte (BINARY, the default).

-- "usmt": says whose file this is, so that no other program's database is taken for ours.
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

-- The sum of users.bytes, moved in the transaction that moves them.
CREATE TABLE app_usage (
  app INTEGER PRIMARY KEY,
  used INTEGER NOT NULL
) STRICT;

-- Apps that are gone but whose users are still to be removed.
CREATE TABLE deleted_apps (
  number INTEGER PRIMARY KEY,
  deleted INTEGER NOT NULL
) STRICT;

CREATE TABLE signing_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  secret BLOB NOT NULL,
  created INTEGER NOT NULL
) STRICT;

-- One row a user, the attributes in it. A rowid table with an index on the name, and not WITHOUT ROWID: there the
-- rows themselves would sit in the inner pages of the tree, of which a 4 kB page holds two to a dozen, so that ten
-- million users make it twice as deep and an update rewrites pages that every look-up needs. Here the name's index
-- has about a hundred entries a page and never changes after the insertion, the row is found by number, and rows
-- lie in the order of creation, which is the order of listing.
-- The attributes come last: only they are long, and what stands before them is read without their overflow pages.
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

-- What servers must learn about; they ask for what is past the last position they saw.
CREATE TABLE changes (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT
) STRICT;

CREATE INDEX changes_by_time ON changes (at);
