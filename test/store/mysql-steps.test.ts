/** The statements that a step may consist of: see docs/decisions/0031-migrations-on-a-busy-cluster.md. */
import { expect, test } from "bun:test";
import { MYSQL_MIGRATIONS, statementsOf } from "../../src/store/mysql/schema/schema.ts";

const MADE = /^CREATE TABLE IF NOT EXISTS \w+ \(/;
const CONSTANT_ROWS = /^INSERT IGNORE INTO \w+ \([\w, ]+\) VALUES [^;]*\)$/;
const ADDED = /^ALTER TABLE \w+ ADD COLUMN \w+ [A-Z]+(?:\(\d+\))?(?: NOT NULL)?(?: DEFAULT (?:'\w*'|\d+))?$/;
const INDEXED = /^CREATE INDEX \w+ ON \w+ \(\w+(?:, \w+)*\)$/;

for (const { number, sql } of MYSQL_MIGRATIONS) {
  test(`step ${number} holds only statements that a busy cluster survives`, () => {
    const statements = statementsOf(sql);
    expect(statements.length).toBeGreaterThan(0);
    const others = statements.filter(
      (statement) => ![MADE, CONSTANT_ROWS, ADDED, INDEXED].some((kind) => kind.test(statement)),
    );
    expect(others).toEqual([]);
  });
}
