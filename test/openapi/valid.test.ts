import { beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIALECTS } from "../../src/core/model.ts";
import { ROOT } from "../docs/markdown.ts";
import { at, documentOf, type OpenApi, operationsOf } from "./documents.ts";
import { closed, inDocument, newAjv } from "./judge-documented.ts";

const REDOCLY = join(ROOT, "node_modules/@redocly/cli/bin/cli.js");
const RULES = "extends: [spec, recommended-strict]\ntelemetry: off\nrules:\n  path-parameters-defined: error\n";
/** Without telemetry or network access. */
const SILENT = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "true" };

/** Redocly's findings; empty if the document is valid. */
function lint(...documents: readonly object[]): string {
  const folder = mkdtempSync(join(tmpdir(), "usermeta-openapi-"));
  try {
    writeFileSync(join(folder, "redocly.yaml"), RULES);
    const names = documents.map((_, index) => `${index}.json`);
    for (const [index, name] of names.entries()) writeFileSync(join(folder, name), JSON.stringify(documents[index]));
    const command = [process.execPath, REDOCLY, "lint", "--format=json", ...names];
    const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd: folder, env: { ...process.env, ...SILENT } });
    return exitCode === 0 ? "" : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const documents: OpenApi[] = [];
beforeAll(async () => {
  for (const dialect of DIALECTS) documents.push(await documentOf(dialect));
});

test("both documents are valid under Redocly's strict rules", () => {
  expect(lint(...documents)).toBe("");
}, 60_000);

test("the rules find planted errors", () => {
  const [document] = documents;
  const text = JSON.stringify(document);
  const faulty = [
    text.replaceAll("#/components/headers/ETag", "#/components/headers/Tag"),
    text.replace('"operationId":"getAttributes"', '"operationId":"setAttributes"'),
    text.replace('"data":{"avatarurl"', '"data":3,"was":{"avatarurl"'),
  ];
  const found = faulty.map((each) => lint(JSON.parse(each)));
  expect(found[0]).toContain("no-unresolved-refs");
  expect(found[1]).toContain("operation-operationId-unique");
  expect(found[2]).toContain("no-invalid-media-type-examples");
}, 60_000);

/** Every schema that has a default or examples, with these values. */
function* valued(value: unknown): Iterable<readonly [schema: object, values: readonly unknown[]]> {
  if (typeof value !== "object" || value === null) return;
  if ("schema" in value && typeof value.schema === "object" && value.schema !== null) {
    if ("example" in value) yield [value.schema, [value.example]];
    if ("default" in value.schema) yield [value.schema, [value.schema.default]];
  }
  for (const part of Object.values(value)) yield* valued(part);
}

describe("beyond the linter", () => {
  test("defaults, and examples of parameters and headers, fit their schemas", () => {
    for (const document of documents) {
      const ajv = newAjv(document);
      const all = [...valued(document)];
      expect(all.length).toBeGreaterThan(20);
      for (const [schema, values] of all) {
        const validate = ajv.compile(inDocument(schema));
        for (const value of values) expect([value, validate(value)]).toEqual([value, true]);
      }
    }
  });

  test("examples of answers have only members that their schema names", () => {
    for (const document of documents) {
      const ajv = newAjv(closed(document));
      let count = 0;
      for (const { responses } of operationsOf(document).values()) {
        for (const { content = {} } of Object.values(responses).map((place) => at(document, place))) {
          for (const { schema, examples = {} } of Object.values(content)) {
            const validate = ajv.compile(inDocument(schema));
            for (const place of Object.values(examples)) {
              const { value } = at<{ readonly value?: unknown }>(document, place);
              expect([value, validate(value), validate.errors]).toEqual([value, true, null]);
              count += 1;
            }
          }
        }
      }
      expect(count).toBeGreaterThan(300);
    }
  });

  test("every schema compiles, and every reference resolves", () => {
    for (const document of documents) {
      const ajv = newAjv(document);
      for (const name of Object.keys(document.components.schemas)) {
        expect(ajv.compile({ $ref: `document#/components/schemas/${name}` })).toBeFunction();
      }
      for (const [$ref] of JSON.stringify(document).matchAll(/#\/components\/[\w/.-]+/g)) at(document, { $ref });
    }
  });
});
