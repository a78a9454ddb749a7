/** The plain data that the grammar generates. `render.ts` turns it into bytes, with the current state of the world. */
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
  "jwt of an unknown user",
] as const;
export type BearerName = (typeof BEARERS)[number];

export interface Bearer {
  readonly of: BearerName;
  /** With `$` in place of the token. */
  readonly form: string;
  /** A bit to flip. */
  readonly flipped?: number | undefined;
}

/** The meaning of a body, if it is certain; other bodies are judged only by their answer. */
export type Meaning =
  | { readonly kind: "changes"; readonly pairs: readonly (readonly [key: string, value: string])[] }
  /** It has an empty key, or none. */
  | { readonly kind: "senseless" };

export type Encoding = "utf8" | "latin1" | "utf16le";

export interface Body {
  readonly contentType: string | undefined;
  /** With placeholders; see render.ts. */
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
  /** Replaces every other parameter of the path. */
  readonly word: string;
  readonly spelling: "plain" | "percent" | "raw" | "capitals";
  /** Appended to the path. */
  readonly tail: string;
  readonly query: string;
  readonly bearer: Bearer;
  readonly body: Body | undefined;
  readonly framing: Framing;
  readonly headers: readonly Header[];
}

/** Bytes that need not be HTTP. Any documented answer is accepted, even none. */
export interface RawStep {
  readonly kind: "raw";
  /** In Latin-1, with placeholders. */
  readonly bytes: string;
}

/** Several requests at the same time, each on its own connection. */
export interface TogetherStep {
  readonly kind: "together";
  readonly requests: readonly RequestStep[];
}

export type Step = RequestStep | RawStep | TogetherStep;
