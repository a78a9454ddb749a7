import { tmpdir } from "node:os";
import { Fault } from "./fault.ts";
import { CHECKOUT } from "./world.ts";

/** Traces of a stack, the machine, a store, a driver or this repository's code. */
const TRACES = [
  /\bat (?:async )?[\w.<>]+ ?\(|\bat [\w/.-]+:\d+/,
  /\/home\/|\/root\/|\/usr\/|\/etc\/|\/proc\/|\/src\/|node_modules|bun:|\.ts\b/,
  /\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|PRAGMA|COMMIT)\b.{0,80}\b(?:FROM|INTO|SET|WHERE|VALUES)\b/i,
  /sqlite|mysql|mariadb|\bER_[A-Z]+|errno|SQLSTATE|ECONN|ENOENT/i,
  /\b(?:Type|Range|Syntax|Reference|Eval|URI|Aggregate|Zod)Error\b|\bRefusal\b|JSON Parse error|Unexpected token/,
  /\[object Object\]|<!doctype|<html/i,
  /\bquick \w/,
];

/** @param said everything that the client sent in this sequence, in all readings */
export function judgeLeaks(shown: string, secrets: readonly string[], said: () => string): void {
  for (const secret of [...secrets, CHECKOUT, `${tmpdir()}/usermeta`]) {
    if (secret !== "" && shown.includes(secret) && !said().includes(secret))
      throw new Fault(`it shows ${secret.slice(0, 60)}`);
  }
  for (const trace of TRACES) {
    const [found] = trace.exec(shown) ?? [];
    if (found !== undefined && !said().toLowerCase().includes(found.toLowerCase()))
      throw new Fault(`it shows ${JSON.stringify(found)}`);
  }
}

/** The client's input, raw and in all readings that a server might use. */
export class Said {
  readonly #bytes: Uint8Array[] = [];
  #text: string | undefined;

  add(bytes: Uint8Array): void {
    this.#bytes.push(bytes);
    this.#text = undefined;
  }

  get text(): string {
    this.#text ??= readings(Buffer.concat(this.#bytes));
    return this.#text;
  }
}

function readings(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  const decoded = text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString());
  const unescaped = decoded
    .replace(/\\u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/\\(["\\/])/g, "$1");
  return [
    text,
    decoded,
    decoded.replaceAll("+", " "),
    unescaped,
    bytes.toString("latin1"),
    bytes.toString("utf16le"),
  ].join("\n");
}
