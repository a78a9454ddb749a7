import { decodePart } from "../bodies/part-decoder.ts";

/**
 * The parts of `name=a,b&name=c` in a query, split before decoding, so that `%2C` is a comma within a part. Undefined
 * if the query has no such name. A stray `%` stands for itself.
 */
export function queryList(search: string, name: string): readonly string[] | undefined {
  const lists = search
    .replace(/^\?/, "")
    .split("&")
    .filter((pair) => pair === name || pair.startsWith(`${name}=`));
  if (lists.length === 0) return undefined;
  const source = { isWellFormed: true };
  return lists.flatMap((pair) => pair.slice(name.length + 1).split(",")).map((part) => decodePart(part, source));
}
