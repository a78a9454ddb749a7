import { describe, expect, test } from "bun:test";
import { readDocument } from "./markdown.ts";
import { sectionFacts } from "./section-facts.ts";

const ENGLISH = readDocument("README.md");
const CHINESE = readDocument("README.zh.md");
const FACTS = sectionFacts(CHINESE);
/** Each links to the other. */
const EXPECTED = sectionFacts(ENGLISH.replace("(README.zh.md)", "(README.md)"));

describe("README.zh.md says what README.md says", () => {
  test("each is linked from the first lines of the other", () => {
    expect(ENGLISH.split("\n").slice(0, 4).join("\n")).toContain("](README.zh.md)");
    expect(CHINESE.split("\n").slice(0, 4).join("\n")).toContain("](README.md)");
  });

  test("in as many sections, of the same levels", () => {
    expect(FACTS.map(({ level }) => level)).toEqual(EXPECTED.map(({ level }) => level));
    expect(FACTS.length).toBeGreaterThan(5);
  });

  for (const [index, { title, ...expected }] of EXPECTED.entries()) {
    test(`${title}: the same commands, options, links, figures, pictures, lists and tables`, () => {
      expect(FACTS[index]).toMatchObject(expected);
    });
  }
});

test("the comparison finds code, options, links, figures, pictures, lists and tables in README.md", () => {
  const texts = EXPECTED.flatMap(({ text, tables }) => [text, ...tables.flat()]);
  expect(EXPECTED.flatMap(({ code }) => code).join("\n")).toContain("npm ci && npm start");
  expect(EXPECTED.flatMap(({ pictures }) => pictures)).toContain("docs/images/api-dark.png");
  expect(EXPECTED.flatMap(({ items }) => items)).toContain("1.");
  expect(texts.flatMap(({ spans }) => spans)).toContain("--dialect 2026");
  expect(texts.flatMap(({ links }) => links)).toContain("http://127.0.0.1:8080/-/docs");
  expect(texts.flatMap(({ links }) => links)).toContain("docs/CLIENTS.md#android");
  expect(texts.flatMap(({ numbers }) => numbers)).toContain("0.677");
});
