import type { Pace } from "../async/pace.ts";
import { Refusal } from "../refusals.ts";

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";
export type JsonScalar = string | number | boolean | null;

/**
 * A pull parser for JSON (RFC 8259). It reads each character a few times at most and builds only the values its caller
 * asks for; `JSON.parse` would build an object of 95,000 keys before they could be counted. It accepts what `JSON.parse`
 * accepts and refuses anything else with `json_malformed` when it reaches it.
 */
export class JsonReader {
  readonly #text: string;
  #at: number;
  /** No member of the object or list that was opened last has been read yet. */
  #isFirst = true;

  /** @param from index of the value's first character */
  constructor(text: string, from = 0) {
    this.#text = text;
    this.#at = from;
  }

  /** Index of the next value, from which another reader can continue. */
  get position(): number {
    return this.#at;
  }

  /** The kind of the next value. */
  kind(): JsonKind {
    this.#skipSpace();
    const kind = KINDS[this.#text.charCodeAt(this.#at)];
    if (kind === undefined) throw malformed();
    return kind;
  }

  /** Enters the next object or list. */
  open(): void {
    this.#at += 1;
    this.#isFirst = true;
  }

  /** The next key of the open object; undefined at its end, which leaves it. */
  key(): string | undefined {
    return this.#toMember() ? this.#keyAt(this.string()) : undefined;
  }

  /** Whether the open list has another element; false leaves the list. */
  element(): boolean {
    return this.#goesOn(END_OF_LIST);
  }

  /** The next string. */
  string(): string {
    const from = this.#at;
    const isPlain = this.#skipString();
    if (isPlain) return this.#text.slice(from + 1, this.#at - 1);
    return JSON.parse(this.#text.slice(from, this.#at)) as string; // as: a quoted text
  }

  /** The next value; undefined for an object or a list, which is not consumed. */
  scalar(): JsonScalar | undefined {
    const kind = this.kind();
    if (kind === "string") return this.string();
    if (kind === "object" || kind === "array") return undefined;
    if (kind === "number") return Number(this.number());
    const from = this.#at;
    this.#skipPlain(kind);
    return kind === "null" ? null : this.#text.charCodeAt(from) === TRUE;
  }

  /** The source text of the next number, because a JavaScript number could lose digits or be infinite. */
  number(): string {
    const from = this.#at;
    this.#skipPlain("number");
    return this.#text.slice(from, this.#at);
  }

  /** As `scalar`, but returns an empty object or list for one, for a schema that rejects it. */
  shallow(): unknown {
    const value = this.scalar();
    if (value !== undefined) return value;
    return this.kind() === "array" ? [] : {};
  }

  /** Skips the next value, however long and deeply nested. */
  async pass(pace: Pace): Promise<void> {
    const open: boolean[] = [];
    do {
      this.#skipStep(open);
      if (pace.isDue()) await pace.rest();
    } while (open.length > 0);
  }

  /** Refuses any text after the value. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw malformed();
  }

  /**
   * Skips one value, or the opening of one, and all ends that follow it.
   * @param open for each open object or list: whether it is an object
   */
  #skipStep(open: boolean[]): void {
    const kind = this.kind();
    if (kind === "object" || kind === "array") {
      this.open();
      open.push(kind === "object");
    } else if (kind === "string") this.#skipString();
    else this.#skipPlain(kind);
    while (open.length > 0 && !(open[open.length - 1] ? this.#passKey() : this.element())) open.pop();
  }

  #passKey(): boolean {
    if (!this.#toMember()) return false;
    this.#skipString();
    this.#passColon();
    return true;
  }

  #keyAt(key: string): string {
    this.#passColon();
    return key;
  }

  #passColon(): void {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== COLON) throw malformed();
    this.#at += 1;
  }

  #toMember(): boolean {
    if (!this.#goesOn(END_OF_OBJECT)) return false;
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== QUOTE) throw malformed();
    return true;
  }

  #goesOn(end: number): boolean {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    const wasFirst = this.#isFirst;
    this.#isFirst = false;
    if (code === end) {
      this.#at += 1;
      return false;
    }
    if (wasFirst) return true;
    if (code !== COMMA) throw malformed();
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (; ; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  /** Whether the string has no escapes. */
  #skipString(): boolean {
    const text = this.#text;
    let isPlain = true;
    for (let index = this.#at + 1; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code === QUOTE) {
        this.#at = index + 1;
        return isPlain;
      }
      if (code < 0x20) break;
      if (code !== BACKSLASH) continue;
      isPlain = false;
      ESCAPE.lastIndex = index;
      if (!ESCAPE.test(text)) break;
      index = ESCAPE.lastIndex - 1;
    }
    throw malformed();
  }

  #skipPlain(kind: "number" | "boolean" | "null"): void {
    const pattern = PLAIN[kind];
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) throw malformed();
    this.#at = pattern.lastIndex;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const END_OF_LIST = 0x5d;
const TRUE = 0x74;
const END_OF_OBJECT = 0x7d;

/** Indexed by the code of a value's first character. */
const KINDS: readonly (JsonKind | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const first = String.fromCharCode(code);
  if (/[-\d]/.test(first)) return "number";
  return ({ "{": "object", "[": "array", '"': "string", t: "boolean", f: "boolean", n: "null" } as const)[first];
});

const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

const PLAIN = {
  number: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y,
  boolean: /true|false/y,
  null: /null/y,
} as const;

function malformed(): Refusal {
  return new Refusal({ code: "json_malformed" });
}
