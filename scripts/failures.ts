/** The summary at the very end of a suite: where output is shortened, its end is shown. */
export interface Failure {
  /** Phase, file, and the names of groups and test. */
  readonly name: string;
  /** May be long; empty when there is no more to say. */
  readonly error: string;
}

const ERROR_LINES_MAX = 20;
/** Beyond this number only the names are printed. */
const ERRORS_MAX = 20;
/** The output of `bun test` for an error outside all tests, which no report has. */
const OUTSIDE = /^# Unhandled error between tests$/m;

/** The failed tests in a report of `bun test`, in order. */
export function failuresIn(report: string): readonly Failure[] {
  const groups: string[] = [];
  const failures: Failure[] = [];
  let test = "";
  const tokens =
    /<(?<what>testsuite|testcase|failure)(?<attributes>(?: \w+="[^"]*")*) ?(?:\/>|>(?<text>[^<]*))|<\/testsuite>/g;
  for (const { 0: token, groups: parts = {} } of report.matchAll(tokens)) {
    const { what, attributes = "", text = "" } = parts;
    const value = (name: string): string => unescaped(new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
    if (what === undefined) groups.pop();
    else if (what === "testsuite") groups.push(...(token.endsWith("/>") ? [] : [value("name")]));
    else if (what === "testcase") test = value("name");
    else {
      const [file = "", ...describes] = groups;
      const error = unescaped(text).trim() || value("message");
      failures.push({ name: `${file}: ${[...describes, test].join(" > ")}`, error });
    }
  }
  return failures;
}

/** The most relevant output of a run that failed outside its tests. */
export function lastWords(output: string): string {
  const outside = OUTSIDE.exec(output);
  if (outside !== null) return output.slice(outside.index);
  return output.trim().split("\n").slice(-ERROR_LINES_MAX).join("\n");
}

/** As it is printed, a blank line before each; empty without failures. */
export function describeFailures(failures: readonly Failure[]): string {
  return failures
    .map(({ name, error }, index) => {
      const lines = index < ERRORS_MAX ? error.split("\n").slice(0, ERROR_LINES_MAX) : [];
      return [`\n!!! FAILED: ${name}\n`, ...lines.map((line) => `    ${line}`.trimEnd().concat("\n"))].join("");
    })
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hexadecimal, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return ENTITIES[name] ?? entity;
  });
}
