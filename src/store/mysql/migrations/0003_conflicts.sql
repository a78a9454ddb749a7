-- 'refuse' or 'merge': what becomes of a set that another one has overtaken. See core/model.ts.
ALTER TABLE apps ADD COLUMN conflicts VARCHAR(16) NOT NULL DEFAULT 'refuse';
