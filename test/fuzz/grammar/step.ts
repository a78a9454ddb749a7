/** The plain data that the grammar makes; `render.ts` makes bytes of it, with what the world holds at that moment. */
import type { FuzzCall } from "../calls.ts";

export const APPS = ["narrow", "wide", "rated"] as const;
export type AppName = (typeof APPS)[number];

export const BEARERS = [
  "admin",
  "ada",
  "bob",
  "none",
  "operator",
  "other app's admin",
  "other app's ada",
  "expired",
  "ended",
  "agora user",
  "agora admin",
  "dynamic",
  "jwt",
  "jwt admin",
  "jwt of a stranger",
] as const;
export type BearerName = (typeof BEARERS)[number];

export interface Bearer {
  readonly of: BearerName;
  /** With `$` for the token. */
  readonly form: string;
  /** A bit that is turned over. */
  readonly flipped?: number | undefined;
}

/** What a body says, where that is beyond doubt; the rest is judged by its answer alone. */
export type Meaning =
  | { readonly kind: "changes"; readonly pairs: readonly (readonly [key: string, value: string])[] }
  /** It has an empty key, or no key at all. */
  | { readonly kind: "senseless" };

export type Encoding = "utf8" | "latin1" | "utf16le";

export interface Body {
  readonly contentType: string | undefined;
  /** With placeholders: see render.ts. */
  readonly text: string;
  readonly encoding: Encoding;
  readonly means?: Meaning | undefined;
}

export type Framing = "length" | "chunked" | "bytes in chunks" | "late" | "expected";

export interface Header {
  readonly name: string;
  /** With placeholders. */
  readonly value: string;
}

export interface RequestStep {
  readonly kind: "request";
  readonly call: FuzzCall;
  readonly app: AppName;
  readonly prefix: "key" | "capitals" | "id" | "unknown" | "percent";
  readonly username: string;
  /** Stands for every other parameter of the path. */
  readonly word: string;
  readonly spelling: "plain" | "percent" | "raw" | "capitals";
  /** After the path. */
  readonly tail: string;
  readonly query: string;
  readonly bearer: Bearer;
  readonly body: Body | undefined;
  readonly framing: Framing;
  readonly headers: readonly Header[];
}

/** Bytes that need not be HTTP: any answer that is documented for them will do, also none. */
export interface RawStep {
  readonly kind: "raw";
  /** In Latin-1, with placeholders. */
  readonly bytes: string;
}

/** Several at once, each on a connection of its own. */
export interface TogetherStep {
  readonly kind: "together";
  readonly requests: readonly RequestStep[];
}

export type Step = RequestStep | RawStep | TogetherStep;
