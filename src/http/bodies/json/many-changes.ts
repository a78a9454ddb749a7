import type { ResolvedApp } from "../../../core/apps/registry.ts";
import { USER_BYTES_CEILING } from "../../../core/limits.ts";
import type { UserChanges } from "../../../core/metadata/batch-writes.ts";
import { illegal, type Refusal } from "../../../core/refusals.ts";
import { newPace } from "../new-pace.ts";
import { tooMuch } from "../read-user-text.ts";
import { BatchSetBody } from "../shapes/batch-set-body.ts";
import { tooLarge } from "./batch-body.ts";
import { mayHoldNumbers, membersOf, mergePatch, noObject, numberMap } from "./json-maps.ts";
import { JsonOutline } from "./json-outline.ts";
import { readMergePatch, readNumberMap } from "./long-json-maps.ts";
import { check, PARSED_CHARACTERS_MAX, parseJson } from "./read-json.ts";

/** The parsed body of a batch set. */
export interface ManyChanges {
  readonly wanted: readonly UserChanges[];
  readonly atomic: boolean;
}

/** The number of users is checked before their attributes are read. */
export async function manyChanges(text: string, resolved: ResolvedApp): Promise<ManyChanges> {
  const isParsed = text.length <= PARSED_CHARACTERS_MAX && !mayHoldNumbers(text);
  return isParsed ? parseWithoutNumbers(text, resolved) : await readLong(text, resolved);
}

function parseWithoutNumbers(text: string, { limits }: ResolvedApp): ManyChanges {
  const { targets, versions, atomic } = check(parseJson(text), BatchSetBody);
  const users = membersOf(targets, "targets");
  if (users.length > limits.batchMax) throw tooLarge(limits.batchMax);
  const numbers = numberMap(versions, "versions");
  const names = new Set(users.map(([spelling]) => spelling));
  for (const name of numbers.keys()) if (!names.has(name)) throw noTarget(name);
  const wanted = users.map(([spelling, attributes]): UserChanges => {
    return { ...about(spelling, numbers), changes: mergePatch(attributes, whereOf(spelling)) };
  });
  return { wanted, atomic: atomic ?? false };
}

const NAMES = new Set(Object.keys(BatchSetBody.shape));

async function readLong(text: string, resolved: ResolvedApp): Promise<ManyChanges> {
  const pace = newPace();
  const outline = await JsonOutline.of(text, NAMES, pace);
  const { atomic } = check({ atomic: outline.member("atomic")?.shallow() }, BatchSetBody);
  const targets = outline.member("targets");
  if (targets?.kind() !== "object") throw noObject("targets");
  /** Where each user's attributes begin. Of duplicate spellings the last wins, as in JSON. */
  const positions = new Map<string, number>();
  targets.open();
  for (let spelling = targets.key(); spelling !== undefined; spelling = targets.key()) {
    positions.set(spelling, targets.position);
    if (positions.size > resolved.limits.batchMax) throw tooLarge(resolved.limits.batchMax);
    await targets.pass(pace);
  }
  const versions = outline.member("versions");
  const requireTarget = (name: string): void => {
    if (!positions.has(name)) throw noTarget(name);
  };
  const numbers = versions && (await readNumberMap(versions, "versions", pace, requireTarget));
  const wanted: UserChanges[] = [];
  for (const [spelling, position] of positions) {
    const { changes, bytes } = await readMergePatch(outline.at(position), whereOf(spelling), pace);
    const refused = bytes > USER_BYTES_CEILING ? tooMuch(resolved, bytes).refused : undefined;
    wanted.push({ ...about(spelling, numbers ?? new Map()), changes, refused });
  }
  return { wanted, atomic: atomic ?? false };
}

function about(
  spelling: string,
  versions: ReadonlyMap<string, number>,
): Pick<UserChanges, "spelling" | "preconditions"> {
  const at = versions.get(spelling);
  return { spelling, preconditions: at === undefined ? [] : [{ kind: "modified", at }] };
}

function whereOf(spelling: string): string {
  return `targets.${spelling.slice(0, 64)}`;
}

/** Refused, because a client that misspells a name must not believe that its precondition was checked. */
function noTarget(name: string): Refusal {
  return illegal(`versions: ${name.slice(0, 64)} is no target`);
}
