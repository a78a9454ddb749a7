-- 1 or 0: companion_calls: whether the app answers client calls other than profile calls; check_ext: whether an
-- attribute `ext` must be the text of a JSON object. See core/model.ts.
ALTER TABLE apps ADD COLUMN companion_calls INTEGER NOT NULL DEFAULT 1;
ALTER TABLE apps ADD COLUMN check_ext INTEGER NOT NULL DEFAULT 0;
