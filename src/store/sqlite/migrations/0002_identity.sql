-- JSON: the external tokens that the app accepts; NULL = none. See core/identity-settings.ts.
ALTER TABLE apps ADD COLUMN identity TEXT;

-- Such a token may name a user by their id.
CREATE INDEX users_by_id ON users (app, id);
