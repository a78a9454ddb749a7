import { expect, test } from "bun:test";
import { isAllowed, OPERATIONS, type Operation, permit, type Relation, relationOf } from "../../src/core/access.ts";
import { type Caller, DIALECTS, REGISTRATIONS, type UserName, userName } from "../../src/core/model.ts";
import { Refusal } from "../../src/core/refusals.ts";

/**
 * The whole truth table, written a second time: the rights, as a letter for each of nobody, self, other, admin.
 * `+` always, `-` never, `o` when registration is open, `d` in the dialect of 2021.
 */
const TRUTH: Readonly<Record<Operation, string>> = {
  setMetadata: "-+-+",
  removeMetadata: "-+-+",
  getMetadata: "-+d+",
  getManyMetadata: "-+++",
  capacity: "---+",
  setManyMetadata: "---+",
  readLimits: "-+++",
  registerUser: "ooo+",
  registerUsers: "---+",
  readUser: "---+",
  listUsers: "---+",
  deleteUsers: "---+",
  changePassword: "-+-+",
  activateUser: "---+",
  inheritUser: "---+",
  readTokenExpiry: "-+-+",
  companion: "-+--",
};

const RELATIONS: readonly Relation[] = ["nobody", "self", "other", "admin"];

const cells = OPERATIONS.flatMap((operation) =>
  RELATIONS.flatMap((relation) =>
    DIALECTS.flatMap((dialect) =>
      REGISTRATIONS.map((registration) => ({ operation, relation, dialect, registration })),
    ),
  ),
);

test("the table names every operation and no other", () => {
  expect(Object.keys(TRUTH).sort()).toEqual([...OPERATIONS].sort());
  expect(cells).toHaveLength(17 * 4 * 2 * 2);
});

test.each(cells)("$operation by $relation in $dialect with registration $registration", (cell) => {
  const letter = TRUTH[cell.operation][RELATIONS.indexOf(cell.relation)];
  const expected = { "+": true, "-": false, o: cell.registration === "open", d: cell.dialect === "2021" }[letter ?? ""];
  expect(isAllowed(cell.operation, cell.relation, cell)).toBe(expected as boolean);
});

const settings = { dialect: "2021", registration: "authorised" } as const;
const ada: Caller = { kind: "user", id: "1", name: legal("ada") };

function legal(text: string): UserName {
  const name = userName(text);
  if (name === undefined) throw new Error(text);
  return name;
}

test('a user is "self" to their own name, and "other" to any other or to none', () => {
  expect(relationOf(ada, legal("ADA"))).toBe("self");
  expect(relationOf(ada, legal("bob"))).toBe("other");
  expect(relationOf(ada, undefined)).toBe("other");
  expect(relationOf({ kind: "admin" }, legal("ada"))).toBe("admin");
  expect(relationOf({ kind: "nobody" }, legal("ada"))).toBe("nobody");
});

test("a forbidden call is refused with the code of its operation", () => {
  const codeOf = (operation: Operation, caller: Caller, dialect: "2021" | "2026"): string => {
    try {
      permit(operation, caller, legal("bob"), { ...settings, dialect });
      return "allowed";
    } catch (error) {
      return error instanceof Refusal ? error.refused.code : "another error";
    }
  };
  expect(codeOf("setMetadata", ada, "2021")).toBe("not_permitted");
  expect(codeOf("getMetadata", ada, "2021")).toBe("allowed");
  expect(codeOf("getMetadata", ada, "2026")).toBe("read_not_permitted");
  expect(codeOf("registerUser", { kind: "nobody" }, "2021")).toBe("registration_closed");
});
