import { z } from "zod";
import type { Metadata, NamedMetadata } from "../../core/metadata.ts";
import type { Handler } from "../call.ts";
import { metadataReply } from "../reply.ts";
import { readJson } from "../request.ts";

/** Without `properties`, or with none, all attributes are meant (protocol.md § 8, rows 5 and 6). */
const Body = z.object({
  targets: z.array(z.string()),
  properties: z.array(z.string()).nullish(),
});

/** POST …/metadata/user/get (user-metadata.md § Get Users' Metadata). */
export function getManyMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ request, served }, { caller }) => {
    const { targets, properties } = await readJson(request, Body);
    const found = await metadata.getMany(served, caller, targets, properties ?? undefined);
    return metadataReply(
      objectJson(found, ({ json }) => json),
      objectJson(found, ({ modified }) => String(modified)),
    );
  };
}

/** Written by hand: as a JavaScript object it would lose a user called `__proto__`, and the order of `10` and `9`. */
function objectJson(users: readonly NamedMetadata[], value: (user: NamedMetadata) => string): string {
  return `{${users.map((user) => `${JSON.stringify(user.name)}:${value(user)}`).join(",")}}`;
}
