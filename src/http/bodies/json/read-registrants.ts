import type { Registrant } from "../../../core/accounts/registrants.ts";
import type { Pace } from "../../../core/async/pace.ts";
import { REGISTER_BATCH_MAX } from "../../../core/limits.ts";
import { JsonReader } from "../../../core/metadata/json-reader.ts";
import { illegal, Refusal } from "../../../core/refusals.ts";
import { newPace } from "../new-pace.ts";
import { RegistrantBody } from "../shapes/registrant-body.ts";
import { check, PARSED_CHARACTERS_MAX, parseJson } from "./read-json.ts";

/**
 * The body of POST …/users: one user, or a list, whose length is checked before its entries.
 * @param permitList refuses callers that may not send a list; called before any entry is read
 */
export async function readRegistrants(
  text: string,
  permitList: () => void,
): Promise<Registrant | readonly Registrant[]> {
  if (text.length > PARSED_CHARACTERS_MAX) return await readLong(text, permitList);
  const value = parseJson(text);
  if (!Array.isArray(value)) return registrantOf(value);
  permitList();
  requireFew(value.length);
  return value.map(registrantOf);
}

async function readLong(text: string, permitList: () => void): Promise<Registrant | readonly Registrant[]> {
  const pace = newPace();
  const reader = new JsonReader(text);
  const isList = reader.kind() === "array";
  if (isList) permitList();
  const positions = isList ? await positionsOf(reader, pace) : [0];
  if (!isList) await reader.pass(pace);
  reader.end();
  requireFew(positions.length);
  const registrants: Registrant[] = [];
  for (const position of positions)
    registrants.push(registrantOf(await fieldsOf(new JsonReader(text, position), pace)));
  const [only] = registrants;
  return isList || only === undefined ? registrants : only;
}

/** Where each entry of the list begins. */
async function positionsOf(reader: JsonReader, pace: Pace): Promise<readonly number[]> {
  const positions: number[] = [];
  reader.open();
  while (reader.element()) {
    positions.push(reader.position);
    await reader.pass(pace);
  }
  return positions;
}

const NAMES = new Set(Object.keys(RegistrantBody.shape));

/** Reads only the known fields of an object. */
async function fieldsOf(reader: JsonReader, pace: Pace): Promise<unknown> {
  if (reader.kind() !== "object") return reader.shallow();
  const fields = new Map<string, unknown>();
  reader.open();
  for (let key = reader.key(); key !== undefined; key = reader.key()) {
    const isField = NAMES.has(key);
    const value = isField ? reader.shallow() : undefined;
    if (isField) fields.set(key, value);
    if (!isField || isNested(value)) await reader.pass(pace);
  }
  return Object.fromEntries(fields);
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function requireFew(count: number): void {
  if (count > REGISTER_BATCH_MAX) throw new Refusal({ code: "users_too_many", count, countMax: REGISTER_BATCH_MAX });
}

function registrantOf(value: unknown): Registrant {
  const { username, ...rest } = check(value, RegistrantBody);
  if (username !== undefined) return { username, ...rest };
  throw illegal("Entity user requires a property named username");
}
