-- Times are ms since 1970, sizes are bytes, flags are 0 or 1. Text compares byte for byte (utf8mb4_bin), so names are
-- exact. That collation ignores trailing spaces, which no name may have.
--
-- Every primary key of a growing table begins with the app, no key refers to another table, and numbers are drawn from
-- `counters`, not by AUTO_INCREMENT: a sharded or certifying engine orders writes of rows, and nothing else. A
-- semicolon at the end of a line separates statements. Each can be run again: DDL commits on its own.

-- The last number assigned of "apps", "keys" and "changes".
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

-- The app's usage, in lanes: a sharded counter with escrow. Each writing connection changes a row of its own, so that
-- no row is hot. The sum of `used` is the app's usage; a lane may use what it was granted. Lane 0 is not part of the
-- sum: its `granted` is the sum of all grants, which never exceeds the limit, and its `used` counts the moves of
-- grants.
CREATE TABLE IF NOT EXISTS app_usage (
  app INT NOT NULL,
  lane INT NOT NULL,
  used BIGINT NOT NULL,
  granted BIGINT NOT NULL,
  -- The limit that the grant was made under: it does not hold under another one.
  bytes_max BIGINT NOT NULL,
  PRIMARY KEY (app, lane)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Deleted apps whose users are still to be removed.
CREATE TABLE IF NOT EXISTS deleted_apps (
  number INT NOT NULL PRIMARY KEY,
  deleted BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS signing_keys (
  id INT NOT NULL PRIMARY KEY,
  secret VARBINARY(255) NOT NULL,
  created BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row per user, including the attributes. They come last, because only they are long.
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

-- The change feed: servers read what is past the last position they saw. A position is drawn at the end of a
-- transaction from a counter that the transaction keeps locked, so that positions are in commit order and without gaps.
CREATE TABLE IF NOT EXISTS changes (
  position BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  user_id CHAR(36),
  KEY changes_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row per transaction whose outcome may have to be found out: see commits.ts. The id begins with the time, so that
-- rows are added at the end and removed from the beginning.
CREATE TABLE IF NOT EXISTS commits (
  id BINARY(16) NOT NULL PRIMARY KEY,
  -- 1 = inserted to find out the outcome; the transaction can then never commit.
  is_void TINYINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The servers that use the store. One whose heartbeat counter (`beat`) stops changing is gone.
CREATE TABLE IF NOT EXISTS servers (
  id CHAR(36) NOT NULL PRIMARY KEY,
  -- Selects its lanes.
  slot INT NOT NULL,
  beat BIGINT NOT NULL,
  -- The newest schema it knows.
  schema_known INT NOT NULL,
  -- JSON: its call rates, for each limited rate.
  demand MEDIUMTEXT NOT NULL,
  UNIQUE KEY servers_by_slot (slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
