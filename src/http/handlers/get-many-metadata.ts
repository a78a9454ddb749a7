import type { NamedMetadata } from "../../core/batch-reads.ts";
import type { Metadata } from "../../core/metadata.ts";
import { batchBody, deltaBody } from "../batch-body.ts";
import type { Handler } from "../call.ts";
import { metadataReply } from "../reply.ts";
import { parseJson, readText } from "../request.ts";

/** POST …/metadata/user/get (user-metadata.md § Get Users' Metadata); with `versions`, docs/VERSIONS.md. */
export function getManyMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ request, served }, { caller }) => {
    const text = await readText(request);
    const wanted = deltaBody(text) ?? batchBody(parseJson(text));
    const { found, unchanged, removed } = await metadata.getMany(served, caller, wanted);
    const data = objectJson(found, ({ json }) => json);
    const lastModified = objectJson(found, ({ modified }) => modified);
    const rest = `,"unchanged":${JSON.stringify(unchanged)},"removed":${JSON.stringify(removed)}`;
    return metadataReply(data, `,"lastModified":${lastModified}${wanted.isDelta ? rest : ""}`);
  };
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
