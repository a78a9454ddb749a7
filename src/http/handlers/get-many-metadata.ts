import { z } from "zod";
import type { NamedMetadata } from "../../core/batch-reads.ts";
import type { Metadata } from "../../core/metadata.ts";
import type { Handler } from "../call.ts";
import { numberMap } from "../json-maps.ts";
import { metadataReply } from "../reply.ts";
import { readJson } from "../request.ts";

/** Without `properties`, or with none, all attributes are meant (protocol.md § 8, rows 5 and 6). */
const Body = z.object({
  targets: z.array(z.string()),
  properties: z.array(z.string()).nullish(),
  /** `lastModified` of what the caller has (docs/VERSIONS.md). */
  versions: z.unknown().optional(),
});

/** POST …/metadata/user/get (user-metadata.md § Get Users' Metadata). */
export function getManyMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ request, served }, { caller }) => {
    const { targets, properties, versions } = await readJson(request, Body, isBody);
    const known = numberMap(versions, "versions");
    const wanted = { targets, properties: properties ?? undefined, known };
    const { found, unchanged, removed } = await metadata.getMany(served, caller, wanted);
    const data = objectJson(found, ({ json }) => json);
    const lastModified = objectJson(found, ({ modified }) => modified);
    const isDelta = versions !== undefined && versions !== null;
    const rest = isDelta ? `,"unchanged":${JSON.stringify(unchanged)},"removed":${JSON.stringify(removed)}` : "";
    return metadataReply(data, `,"lastModified":${lastModified}${rest}`);
  };
}

/** What `Body` takes, without its cost; what it refuses is left for it to word. */
function isBody(value: unknown): value is z.infer<typeof Body> {
  if (typeof value !== "object" || value === null || !("targets" in value) || !isTexts(value.targets)) return false;
  return !("properties" in value) || value.properties == null || isTexts(value.properties);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === "string");
}

/**
 * Written by hand: as a JavaScript object it would lose a user called `__proto__`, and the order of `10` and `9`. What
 * is found is a legal username, in whatever case, and so needs no escaping.
 */
function objectJson(users: readonly NamedMetadata[], value: (user: NamedMetadata) => string | number): string {
  let json = "";
  for (const user of users) json += `${json === "" ? "" : ","}"${user.name}":${value(user)}`;
  return `{${json}}`;
}
