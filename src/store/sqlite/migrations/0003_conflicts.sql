-- 'refuse' or 'merge': how to handle conflicting sets. See core/model.ts.
ALTER TABLE apps ADD COLUMN conflicts TEXT NOT NULL DEFAULT 'refuse';
