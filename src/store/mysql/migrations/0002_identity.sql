-- JSON: whose tokens the app takes beside its own; NULL = nobody's. See core/identity-settings.ts.
ALTER TABLE apps ADD COLUMN identity TEXT;

-- Such a token may name a user by his id.
CREATE INDEX users_by_id ON users (app, id);
