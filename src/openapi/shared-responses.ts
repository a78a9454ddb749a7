import { type JsonObject, STATUS_WORDS } from "./errors/error-responses.ts";

type Responses = Record<string, JsonObject>;

/** An operation whose responses are not shared yet. */
export interface WithResponses {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly responses: Responses;
}

/**
 * Moves responses that several operations share to `components.responses`. Their name is that of the status. Responses
 * of metadata calls are separate, because their errors have more members. If a status has several shared responses, the
 * rarer ones are also named after the first operation that has them.
 */
export function shareResponses(operations: readonly WithResponses[]): Readonly<Record<string, JsonObject>> {
  const uses = new Map<
    string,
    { readonly status: string; readonly response: JsonObject; readonly first: WithResponses; count: number }
  >();
  for (const operation of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const key = keyOf(status, response);
      const use = uses.get(key) ?? { status, response, first: operation, count: 0 };
      use.count += 1;
      uses.set(key, use);
    }
  }
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [key, { status, response, first, count }] of [...uses].sort(([, a], [, b]) => b.count - a.count)) {
    const word = wordOf(status, response, first);
    if (count < 2 || word === undefined) continue;
    const name = taken.has(word) ? `${word}_${first.operationId}` : word;
    taken.add(word);
    names.set(key, name);
  }
  const shared: Record<string, JsonObject> = {};
  for (const { responses } of operations) {
    for (const [status, response] of Object.entries(responses)) {
      const name = names.get(keyOf(status, response));
      if (name === undefined) continue;
      shared[name] = response;
      responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  return sorted(shared);
}

function wordOf(status: string, response: JsonObject, { tags }: WithResponses): string | undefined {
  if (status === "200") return /schemas\/(\w+)/.exec(JSON.stringify(response))?.[1];
  if (status === "431") return "HeadTooLarge";
  const word = STATUS_WORDS[Number(status)]?.[0];
  return word !== undefined && tags.includes("Attributes") ? `Metadata${word}` : word;
}

function keyOf(status: string, response: JsonObject): string {
  return `${status} ${JSON.stringify(response)}`;
}

function sorted(entries: Readonly<Record<string, JsonObject>>): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}
