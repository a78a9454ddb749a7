-- 'refuse' or 'merge': how to handle conflicting sets. See core/model.ts.
ALTER TABLE apps ADD COLUMN conflicts VARCHAR(16) NOT NULL DEFAULT 'refuse';
