import { resolve } from "node:path";
import { didYouMean } from "../../../config/did-you-mean.ts";
import { oneOf } from "../../../config/values.ts";
import { type IdentitySettings, USER_CLAIM_MAPS } from "../../../core/identity-settings.ts";
import { type Call, type Flag, flagText } from "../../command.ts";
import { usageError } from "../../terminal/failure.ts";
import {
  algorithms,
  appId,
  cacheSeconds,
  claimMap,
  DISCOVERY,
  isUrl,
  jwks,
  NONE,
  path,
  type ReadFlag,
  url,
  word,
  wordOrNone,
} from "./identity-values.ts";
import { unreadableFiles } from "./unreadable-files.ts";

/** One kind of external tokens that an app may accept. */
type Part = "agora" | "easemob" | "oidc" | "hosted";

interface IdentityFlag extends Flag {
  readonly part: Part;
  readonly field: string;
  readonly read: ReadFlag;
}

const CREATE_FLAG = "create-on-first-use";
const CACHE_SECONDS = 300;
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];

/** The first flag of a part turns the part on, or off with `none`. */
const PART_FLAGS: readonly IdentityFlag[] = [
  flag("agora", "appId", "agora-app-id", "ID|none", "accept Agora tokens for this App ID", appId),
  flag("agora", "certificateFile", "agora-certificate-file", "path", "file of App Certificates, one per line", path),
  flag("easemob", "clientId", "easemob-client-id", "ID|none", "accept Easemob dynamic tokens of this client id", word),
  flag(
    "easemob",
    "clientSecretFile",
    "easemob-client-secret-file",
    "path",
    "file of its client secrets, one per line",
    path,
  ),
  flag("oidc", "issuer", "oidc-issuer", "URL|none", "accept JSON Web Tokens of this issuer", url),
  flag("oidc", "audience", "oidc-audience", "text", "the audience that the tokens must name", word),
  flag("oidc", "jwks", "oidc-jwks", "URL|path|discovery", "source of the issuer's keys", jwks),
  flag(
    "oidc",
    "algorithms",
    "oidc-algorithms",
    "list",
    "accepted signature algorithms, separated by commas",
    algorithms,
  ),
  flag("oidc", "userClaim", "user-claim", "name", "claim that names the user; defaults to sub", word),
  flag(
    "oidc",
    "userClaimMap",
    "user-claim-map",
    USER_CLAIM_MAPS.join("|"),
    "how to turn that claim into a username",
    claimMap,
  ),
  flag(
    "oidc",
    "adminClaim",
    "admin-claim",
    "name|none",
    "claim that makes the caller an admin if it is true",
    wordOrNone,
  ),
  flag("oidc", "adminScope", "admin-scope", "name|none", "scope that makes the caller an admin", wordOrNone),
  flag(
    "hosted",
    "url",
    "hosted-url",
    "URL|none",
    "experimental: ask the hosted service for this app about tokens",
    url,
  ),
  flag(
    "hosted",
    "cacheSeconds",
    "hosted-cache",
    "seconds",
    "how long its answers are cached (experimental)",
    cacheSeconds,
  ),
];

export const IDENTITY_FLAGS: readonly Flag[] = [
  {
    name: CREATE_FLAG,
    placeholder: "on|off",
    help: "create a user the first time an external token names one that does not exist",
  },
  ...PART_FLAGS,
];

/** By part, the defaults of its settings and the settings that are required. */
const PARTS: Readonly<Record<Part, { readonly fallback: object; readonly needed: readonly string[] }>> = {
  agora: { fallback: {}, needed: ["appId", "certificateFile"] },
  easemob: { fallback: {}, needed: ["clientId", "clientSecretFile"] },
  oidc: {
    fallback: {
      jwks: null,
      algorithms: ALGORITHMS,
      userClaim: "sub",
      userClaimMap: "none",
      adminClaim: null,
      adminScope: null,
    },
    needed: ["issuer", "audience"],
  },
  hosted: { fallback: { cacheSeconds: CACHE_SECONDS }, needed: ["url"] },
};

export function isIdentityGiven(call: Pick<Call, "flags">): boolean {
  return IDENTITY_FLAGS.some(({ name }) => flagText(call, name) !== undefined);
}

/** Warns of files that cannot be read here. They are set nevertheless, because the server may run elsewhere. */
export function warnOfFiles(call: Pick<Call, "flags" | "io">): void {
  const files = PART_FLAGS.flatMap(({ name, read }) => {
    const text = flagText(call, name);
    if (text === undefined || (read !== path && (read !== jwks || isUrl(text) || text === DISCOVERY))) return [];
    return [{ flag: name, path: resolve(call.io.cwd, text) }];
  });
  for (const line of unreadableFiles(files)) call.io.stderr.write(`usermeta: ${line}\n`);
}

/** The former settings with the given flags applied. Fails with all errors in them. */
export function givenIdentity(call: Pick<Call, "flags" | "io">, former: IdentitySettings): IdentitySettings {
  const mistakes: string[] = [];
  const settings: Record<string, unknown> = { ...former };
  const create = flagText(call, CREATE_FLAG);
  if (create !== undefined) {
    // An earlier version used true and false.
    const words = ["on", "off", "true", "false"] as const;
    const { data, error } = oneOf(words).safeParse(create);
    if (error !== undefined) {
      const rule = error.issues[0]?.message;
      mistakes.push(`--${CREATE_FLAG} ${JSON.stringify(create)}: ${rule}${didYouMean(create, words)}`);
    }
    settings.createOnFirstUse = data === "on" || data === "true";
  }
  // as: the keys of the table above
  for (const part of Object.keys(PARTS) as Part[]) {
    const given = PART_FLAGS.filter((flag) => flag.part === part && flagText(call, flag.name) !== undefined);
    if (given.length === 0) continue;
    settings[part] = partOf(call, part, given, former[part], mistakes);
  }
  if (mistakes.length > 0) throw usageError(...mistakes);
  return settings as unknown as IdentitySettings; // as: every field is read by its flag
}

function partOf(
  call: Pick<Call, "flags" | "io">,
  part: Part,
  given: readonly IdentityFlag[],
  former: object | null,
  mistakes: string[],
): object | null {
  const [first] = PART_FLAGS.filter((flag) => flag.part === part);
  if (given.length === 1 && given[0]?.name === first?.name && flagText(call, first?.name ?? "") === NONE) return null;
  const { fallback, needed } = PARTS[part];
  const made: Record<string, unknown> = { ...fallback, ...former };
  for (const flag of given) {
    const text = flagText(call, flag.name) ?? "";
    const result = flag.read(text, call.io.cwd);
    if ("mistake" in result) mistakes.push(`--${flag.name} ${JSON.stringify(text)}: ${result.mistake}`);
    else made[flag.field] = result.value;
  }
  const isRead = (field: string) => made[field] !== undefined || given.some((flag) => flag.field === field);
  const missing = PART_FLAGS.filter((flag) => flag.part === part && needed.includes(flag.field) && !isRead(flag.field));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `--${name}`).join(" and ");
    mistakes.push(`--${given[0]?.name} cannot go without ${names}`);
  }
  return made;
}

function flag(
  part: Part,
  field: string,
  name: string,
  placeholder: string,
  help: string,
  read: ReadFlag,
): IdentityFlag {
  return { part, field, name, placeholder, help, read };
}
