/**
 * The shapes of option values: text → typed value. A refusal's message completes "NAME …" and never repeats the
 * value, which may be a secret.
 */
import { isIP } from "node:net";
import { z } from "zod";
import { type AppKey, appKey } from "../core/model.ts";
import { Secret } from "./secret.ts";

/** Where to listen. Port 0 = any that is free. */
export interface Address {
  /** A name or an address; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
}

const PORT_MAX = 65_535;

/** Decimal digits only: no sign, no unit, no `1e3`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, message)
    .transform(Number)
    .refine((number) => number >= min && number <= max, message);
}

export function oneOf<const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
): z.ZodType<Choices[number], string> {
  // as: zod's input type is the choices; what comes in is any text
  return z.enum(choices, `must be ${listed(choices)}`) as unknown as z.ZodType<Choices[number], string>;
}

/** A setting of an app that is either on or off. */
export const onOff: z.ZodType<boolean, string> = parsed("must be on or off", (text) =>
  text === "on" || text === "off" ? text === "on" : undefined,
);

export const address: z.ZodType<Address, string> = parsed(
  "must be host:port, for example 127.0.0.1:8080 or [::1]:8080",
  (text) => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s/[\]]+)):(\d{1,5})$/.exec(text) ?? [];
    const hostname = bracketed ?? plain;
    if (hostname === undefined || Number(port) > PORT_MAX) return undefined;
    if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined;
    return { hostname, port: Number(port) };
  },
);

export const key: z.ZodType<AppKey, string> = parsed(
  "must be org/app: each of letters, digits and -, in the second also _, at most 32 long and beginning with a letter or digit",
  appKey,
);

/** Fit for an HTTP header, and without anything that gets lost in copying. */
export function secret(charactersMin: number): z.ZodType<Secret, string> {
  const least = charactersMin > 1 ? `at least ${charactersMin} characters, ` : "";
  return parsed(`must be ${least}printable ASCII without spaces`, (text) =>
    text.length >= charactersMin && /^[\x21-\x7e]+$/.test(text) ? new Secret(text) : undefined,
  );
}

export const clientId: z.ZodType<string, string> = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, "must be at most 128 printable ASCII characters without spaces");

/** A number of threads. */
export function workers(max: number): z.ZodType<number | "auto", string> {
  return parsed(`must be auto or a whole number from 1 to ${max}`, (text) => {
    if (text === "auto") return text;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= max ? number : undefined;
  });
}

/** The engine only: what follows it is for those who know the engines. */
export const storeUrl: z.ZodType<string, string> = z
  .string()
  .regex(/^(?:memory:|sqlite:|mysql:\/\/)/, "must be memory:, sqlite:PATH or mysql://USER@HOST/DATABASE");

/** Another system's, which decides what is legal; control characters have got in by mistake. */
export const password: z.ZodType<Secret, string> = parsed("must hold no control characters", (text) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\0-\x1f\x7f]/.test(text) ? undefined : new Secret(text),
);

/** Addresses and CIDR ranges, separated by commas or spaces. */
export const networks: z.ZodType<readonly string[], string> = parsed(
  "must be addresses or ranges such as 10.0.0.0/8, separated by commas",
  (text) => {
    const listed = text.split(/[\s,]+/).filter((part) => part !== "");
    return listed.length > 0 && listed.every(isNetwork) ? listed : undefined;
  },
);

function isNetwork(text: string): boolean {
  const [ip = "", prefix, rest] = text.split("/");
  const bits = { 4: 32, 6: 128 }[isIP(ip)];
  // A zone such as %eth0 is part of an address for `isIP`, and of none that a peer is known by.
  if (bits === undefined || ip.includes("%") || rest !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}

/** @param parse undefined = not of the shape that the message asks for */
function parsed<T>(message: string, parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

function listed(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}
