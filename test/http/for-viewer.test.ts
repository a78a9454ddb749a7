import { expect, test } from "bun:test";
import { forViewer } from "../../pages/docs/for-viewer.ts";
import { DIALECTS } from "../../src/core/model.ts";
import { documentOf } from "../openapi/documents.ts";

const FORM = "application/x-www-form-urlencoded";

/** Tests access any member. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

test.each(DIALECTS)("the viewer's document of %s has the app, and sends examples correctly", async (dialect) => {
  const source: Loose = await documentOf(dialect);
  const whole = JSON.stringify(source);
  const shown: Loose = forViewer(source, { org: "my", app: "own" }, "http://here");
  expect(JSON.stringify(source)).toBe(whole);
  expect(shown.servers).toEqual([{ url: "http://here" }]);
  const { org, app, username, IfMatch } = shown.components.parameters;
  expect([org.example, app.example, username.example]).toEqual([
    "my",
    "own",
    source.components.parameters.username.example,
  ]);
  expect(IfMatch.example).toBeUndefined();
  expect(IfMatch.description).toContain(source.components.parameters.IfMatch.example);

  let forms = 0;
  for (const [path, item] of Object.entries<Loose>(shown.paths)) {
    for (const [method, { requestBody }] of Object.entries<Loose>(item)) {
      for (const [name, { value }] of Object.entries<Loose>(requestBody?.content?.[FORM]?.examples ?? {})) {
        const fields = source.paths[path][method].requestBody.content[FORM].examples[name].value;
        const rows = Object.entries(fields).map(([key, text]) => ({ name: key, value: text, isDisabled: false }));
        expect(value).toEqual(rows);
        forms += 1;
      }
    }
  }
  expect(forms).toBeGreaterThan(2);
});

test("without an app the document keeps its own", async () => {
  const source: Loose = await documentOf("2021");
  const shown: Loose = forViewer(source, undefined, "http://here");
  expect(shown.components.parameters.org.example).toBe(source.components.parameters.org.example);
});
