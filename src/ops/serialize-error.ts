import { pino } from "pino";

/** What may have got into an error's text by way of a library: our tokens, client secrets, and bearers of any kind. */
const SECRETS = /\b(YWMt|YXA6|bearer +)[\w.~+/=-]+/gi;

/** An error as the log shows it: type, message, stack and causes, with everything that looks like a secret masked. */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: masked(String(error)) };
  return maskedDeep(pino.stdSerializers.err(error));
}

function maskedDeep(value: unknown): unknown {
  if (typeof value === "string") return masked(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(maskedDeep);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, maskedDeep(part)]));
}

function masked(text: string): string {
  return text.replace(SECRETS, "$1***");
}
