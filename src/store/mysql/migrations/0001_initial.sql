-- Times are ms since 1970, sizes are bytes, flags are 0 or 1. Text compares byte for byte (utf8mb4_bin), so names are
-- told apart exactly; its ignoring of spaces at the end does not matter, since no name may hold any.
--
-- Every primary key of what grows begins with the app, no key refers to another table, and numbers are drawn from
-- `counters` and not by AUTO_INCREMENT: a sharded or certifying engine orders writes of rows, and nothing else.
-- Statements are separated by a semicolon at the end of a line. Each can be run again: DDL commits by itself.

-- "apps", "keys", "changes": the last number given.
CREATE TABLE IF NOT EXISTS counters (
  name VARCHAR(16) NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT IGNORE INTO counters (name, value) VALUES ('apps', 0), ('keys', 0), ('changes', 0);

CREATE TABLE IF NOT EXISTS apps (
  number INT NOT NULL PRIMARY KEY,
  id CHAR(36) NOT NULL,
  app_key VARCHAR(80) NOT NULL,
  client_id VARCHAR(128) NOT NULL,
  client_secret_hash VARBINARY(64) NOT NULL,
  created BIGINT NOT NULL,
  -- NULL in the settings below = the server's own.
  user_bytes_max BIGINT,
  app_bytes_max BIGINT,
  batch_max BIGINT,
  rate_per_second BIGINT,
  dialect VARCHAR(16) NOT NULL,
  registration VARCHAR(16),
  token_ttl_seconds BIGINT NOT NULL,
  admin_tokens_valid_after BIGINT NOT NULL,
  tokens_valid_after BIGINT NOT NULL,
  UNIQUE KEY apps_by_id (id),
  UNIQUE KEY apps_by_key (app_key),
  UNIQUE KEY apps_by_client (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What the app's users hold, in lanes: each writing connection moves one row of its own, so that no row is hot. The sum
-- of `used` is the app's usage; a lane may use what it was granted. Lane 0 is no part of that: it holds in `granted` the
-- sum of what all others were granted, which is never past the limit, and in `used` how often grants were moved.
CREATE TABLE IF NOT EXISTS app_usage (
  app INT NOT NULL,
  lane INT NOT NULL,
  used BIGINT NOT NULL,
  granted BIGINT NOT NULL,
  -- The limit that the grant was made under: under another one it says nothing.
  bytes_max BIGINT NOT NULL,
  PRIMARY KEY (app, lane)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Apps that are gone but whose users are still to be removed.
CREATE TABLE IF NOT EXISTS deleted_apps (
  number INT NOT NULL PRIMARY KEY,
  deleted BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS signing_keys (
  id INT NOT NULL PRIMARY KEY,
  secret VARBINARY(255) NOT NULL,
  created BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row a user, the attributes in it. They come last: only they are long.
CREATE TABLE IF NOT EXISTS users (
  app INT NOT NULL,
  name VARCHAR(64) NOT NULL,
  id CHAR(36) NOT NULL,
  activated TINYINT NOT NULL,
  created BIGINT NOT NULL,
  modified BIGINT NOT NULL,
  tokens_valid_after BIGINT NOT NULL,
  bytes INT NOT NULL,
  version BIGINT NOT NULL,
  attributes_modified BIGINT NOT NULL,
  password_hash VARCHAR(255),
  nickname VARCHAR(512),
  attributes MEDIUMTEXT NOT NULL,
  PRIMARY KEY (app, name),
  KEY users_by_creation (app, created, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What servers must learn about; they ask for what is past the last position they saw. Positions are drawn at the end
-- of a transaction from a counter that it keeps locked, so that they are in the order of the commits, without gaps.
CREATE TABLE IF NOT EXISTS changes (
  position BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  user_id CHAR(36),
  KEY changes_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row for every transaction whose outcome somebody may have to find out: see commits.ts. The id begins with the
-- time, so that rows are added at the end and old ones removed from the beginning.
CREATE TABLE IF NOT EXISTS commits (
  id BINARY(16) NOT NULL PRIMARY KEY,
  -- 1 = put here by who asked, so that the transaction can never be committed.
  is_void TINYINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The servers that have the store. One whose `beat` stays the same is gone.
CREATE TABLE IF NOT EXISTS servers (
  id CHAR(36) NOT NULL PRIMARY KEY,
  -- Picks its lanes.
  slot INT NOT NULL,
  beat BIGINT NOT NULL,
  -- The newest schema it knows.
  schema_known INT NOT NULL,
  -- JSON: what it is asked for, of everything that has a rate.
  demand MEDIUMTEXT NOT NULL,
  UNIQUE KEY servers_by_slot (slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
