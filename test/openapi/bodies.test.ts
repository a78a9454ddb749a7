import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Answer, send } from "../harness/client.ts";
import { documentOf, operationsOf } from "./documents.ts";
import { startExampleApp } from "./example-app.ts";
import { newAjv } from "./judge-documented.ts";
import { SENT_BODIES } from "./sent-bodies.ts";

type SchemaName = keyof typeof SENT_BODIES;

interface Row {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  /** Whether the server accepted the body as valid. */
  readonly isTaken: (answer: Answer) => boolean;
  /** Rules that a schema cannot express. */
  readonly makesSense?: (body: unknown) => boolean;
}

const isNot400 = ({ status }: Answer): boolean => status !== 400;
const JSON_TYPE = "application/json";

const ROWS: Readonly<Record<SchemaName, Row>> = {
  AttributesForm: {
    method: "PUT",
    path: "/metadata/user/ada",
    type: "application/x-www-form-urlencoded",
    isTaken: isNot400,
  },
  MergePatch: { method: "PATCH", path: "/metadata/user/ada", type: "application/merge-patch+json", isTaken: isNot400 },
  BatchGet: { method: "POST", path: "/metadata/user/get", type: JSON_TYPE, isTaken: isNot400 },
  BatchSet: {
    method: "POST",
    path: "/metadata/user/set",
    type: JSON_TYPE,
    isTaken: isNot400,
    makesSense: (body) => {
      const { targets, versions } = body as { readonly targets: object; readonly versions?: object | null }; // as: it fits the schema
      return Object.keys(versions ?? {}).every((name) => name in targets);
    },
  },
  TokenRequest: {
    method: "POST",
    path: "/token",
    type: JSON_TYPE,
    isTaken: ({ status, body }) => status !== 400 || body.error === "invalid_grant",
  },
  Registration: {
    method: "POST",
    path: "/users",
    type: JSON_TYPE,
    isTaken: ({ status, body }) => {
      const reasons = (body.data ?? []).map((each: { registerUserFailReason: string }) => each.registerUserFailReason);
      if (reasons.length > 0) return reasons.every((reason: string) => reason.endsWith("already exists"));
      return status !== 400 || body.error === "duplicate_unique_property_exists";
    },
  },
  NewPassword: { method: "PUT", path: "/users/ada/password", type: JSON_TYPE, isTaken: isNot400 },
};

const RUNS = 250;
/** Longer bodies are read in pieces instead of by `JSON.parse`. */
const LONG = " ".repeat(17_000);
/** Larger bodies are refused for their size. */
const SHORT_ONLY: readonly string[] = ["TokenRequest", "NewPassword", "AttributesForm"];
const TIMEOUT_MS = 120_000;

for (const [name, row] of Object.entries(ROWS) as [SchemaName, Row][]) {
  // as: the keys of the table
  test(
    `${name}: the server takes exactly the bodies that fit the schema, however long they are`,
    async () => {
      await using app = await startExampleApp("2021");
      await app.begin();
      const validate = newAjv(await documentOf("2021")).compile({ $ref: `document#/components/schemas/${name}` });
      const { method, path, type, isTaken, makesSense = () => true } = row;
      const counts = { taken: 0, refused: 0 };
      const arbitrary: fc.Arbitrary<unknown> = SENT_BODIES[name];
      const property = fc.asyncProperty(arbitrary, fc.boolean(), async (value, isLong) => {
        const fits = validate(value) && makesSense(value);
        const json = JSON.stringify(value) + (isLong && !SHORT_ONLY.includes(name) ? LONG : "");
        const body = type.endsWith("urlencoded") ? formOf(value) : json;
        const token = name === "TokenRequest" ? {} : { token: app.bearers.admin };
        const answer = await send(method, app.base + path, {
          ...token,
          headers: { "content-type": type, ...newAddress() },
          body,
        });
        if (answer.status >= 500) throw new Error(answer.text);
        expect([answer.text, isTaken(answer)]).toEqual([answer.text, fits]);
        counts[fits ? "taken" : "refused"] += 1;
      });
      await fc.assert(property, { numRuns: RUNS });
      expect(counts.taken).toBeGreaterThan(RUNS / 20);
      expect(counts.refused).toBeGreaterThan(RUNS / 20);
    },
    TIMEOUT_MS,
  );
}

/** A different address for each request, so that no address reaches its failure limit. */
let addresses = 0;

function newAddress(): Readonly<Record<string, string>> {
  addresses += 1;
  return { "x-forwarded-for": `10.0.${addresses >> 8}.${addresses & 255}` };
}

function formOf(value: unknown): string {
  return new URLSearchParams(value as Record<string, string>).toString(); // as: texts by key
}

test("every body that the server reads has a row", async () => {
  const operations = [...operationsOf(await documentOf("2021")).values()];
  const schemas = operations.flatMap(({ requestBody }) =>
    Object.values(requestBody?.content ?? {}).map(
      ({ schema }) => JSON.stringify(schema).match(/schemas\/(\w+)/)?.[1] ?? "",
    ),
  );
  // The token form is covered as JSON; test/wire/create-token/oauth.test.ts has both.
  const looked = [...new Set(schemas)].filter((each) => each !== "UnreadBody" && each !== "TokenForm");
  expect(looked.sort()).toEqual(Object.keys(ROWS).sort());
});
