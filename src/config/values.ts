/**
 * Parsers of option values: text → typed value. An error's message completes "NAME …" and never repeats the value,
 * which may be a secret.
 */
import { isIP, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { z } from "zod";
import { type AppKey, appKey } from "../core/model.ts";
import { Secret } from "./secret.ts";

/** An address to listen on. Port 0 = any free port. */
export interface Address {
  /** A name or an address; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
}

const PORT_MAX = 65_535;
const LOOPBACK = "127.0.0.1";
/** Powers of 1024. */
const BYTE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

const CHOICES = new WeakMap<z.ZodType, readonly string[]>();

/** The words that this shape accepts; empty if it is not a choice of words. */
export function choicesOf(shape: z.ZodType): readonly string[] {
  return CHOICES.get(shape) ?? [];
}

/** Decimal digits only: no sign, no unit, no `1e3`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, message)
    .transform(Number)
    .refine((number) => number >= min && number <= max, message);
}

/** A size in bytes: as `wholeNumber`, or with a unit such as 16k, 2m or 10G. */
export function byteCount(min: number, max: number): z.ZodType<number, string> {
  return parsed(`must be a whole number from ${min} to ${max}, with or without k, m or g (16k = 16384)`, (text) => {
    const [, digits, unit = ""] = /^(\d{1,16})([kmg]?)$/i.exec(text) ?? [];
    const number = Number(digits) * (BYTE_UNITS[unit.toLowerCase()] ?? Number.NaN);
    return number >= min && number <= max ? number : undefined;
  });
}

export function oneOf<const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
): z.ZodType<Choices[number], string> {
  // as: zod's input type is the choices, but the input is any text
  const shape = z.enum(choices, `must be ${listed(choices)}`) as unknown as z.ZodType<Choices[number], string>;
  return choosing(choices, shape);
}

/** A setting of an app that is on or off. */
export const onOff: z.ZodType<boolean, string> = choosing(
  ["on", "off"],
  parsed("must be on or off", (text) => (text === "on" || text === "off" ? text === "on" : undefined)),
);

/** `8080` is a port of 127.0.0.1, and `:8080` is a port of all addresses. */
export const address: z.ZodType<Address, string> = parsed(
  "must be host:port such as 127.0.0.1:8080 or [::1]:8080, :port for all addresses, or the port of 127.0.0.1 alone",
  (text) => {
    const [, colon, portAlone] = /^(:?)(\d{1,5})$/.exec(text) ?? [];
    if (portAlone !== undefined) {
      const hostname = colon === "" ? LOOPBACK : anyAddress();
      return Number(portAlone) > PORT_MAX ? undefined : { hostname, port: Number(portAlone) };
    }
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s/[\]]+)):(\d{1,5})$/.exec(text) ?? [];
    const hostname = bracketed ?? plain;
    if (hostname === undefined || Number(port) > PORT_MAX) return undefined;
    if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined;
    return { hostname, port: Number(port) };
  },
);

/** An address in the form that the option accepts. */
export function addressText({ hostname, port }: Address): string {
  return `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
}

/** A socket on `::` also accepts IPv4 connections, but a machine without IPv6 cannot open it. */
function anyAddress(): string {
  const hasIPv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ family }) => family === "IPv6"));
  return hasIPv6 ? "::" : "0.0.0.0";
}

export const key: z.ZodType<AppKey, string> = parsed(
  "must be org/app: each of letters, digits and -, in the second also _, at most 32 long and beginning with a letter or digit",
  appKey,
);

/** Legal in an HTTP header, and without characters that are easily lost in copying. */
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
  const shape = parsed(`must be auto or a whole number from 1 to ${max}`, (text) => {
    if (text === "auto") return text;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= max ? number : undefined;
  });
  return choosing(["auto"], shape);
}

/** Checks only the engine's prefix. The engine itself checks the rest. */
export const storeUrl: z.ZodType<string, string> = z
  .string()
  .regex(/^(?:memory:|sqlite:|mysql:\/\/)/, "must be memory:, sqlite:PATH or mysql://USER@HOST/DATABASE");

/** A password of another system, which decides what is legal. Only control characters, which are mistakes, are rejected. */
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
  // `isIP` accepts a zone such as %eth0, but the address of a peer never has one.
  if (bits === undefined || ip.includes("%") || rest !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}

/** @param parse returns undefined if the text does not have the shape that the message asks for */
function parsed<T>(message: string, parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

function choosing<Shape extends z.ZodType>(choices: readonly string[], shape: Shape): Shape {
  CHOICES.set(shape, choices);
  return shape;
}

function listed(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}
