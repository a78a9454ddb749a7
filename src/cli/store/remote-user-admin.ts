import { z } from "zod";
import { appKey } from "../../core/model.ts";
import { systemRandom } from "../../system/random.ts";
import type { Call, Flag } from "../command.ts";
import { refused, usageError } from "../terminal/failure.ts";
import type { CreatedUser, UserAdmin } from "./user-admin.ts";

export const URL_FLAG: Flag = {
  name: "url",
  placeholder: "http://…",
  help: "go through the server there, with USERMETA_OPERATOR_KEY; needed while one is serving a sqlite: store",
};

const TIMEOUT_MS = 30_000;
const UNKNOWN_PASSWORD_BYTES = 32;

const CREATED = z.object({ entities: z.array(z.object({ uuid: z.string(), created: z.number() })).min(1) });
const ERROR = z.object({ error_description: z.string() });

/** Users by the server's own calls (protocol.md §§ 3.1, 3.4), as the operator. */
export function serverUsers({ args: [appText = ""], loaded: { config } }: Call, url: string): UserAdmin {
  const app = appKey(appText);
  if (app === undefined) throw usageError(`${JSON.stringify(appText)} is no app: write org/app`);
  const { operatorKey } = config;
  if (operatorKey === undefined) throw usageError("--url needs USERMETA_OPERATOR_KEY, the same as the server's");
  const base = `${serverUrl(url)}/${app}/users`;

  async function ask(method: "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { Authorization: `Bearer ${operatorKey?.reveal()}`, "Content-Type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(base + path, { method, headers, signal, redirect: "error", ...sent }).catch(
      (error) => {
        throw refused(`${url} cannot be reached (${reasonOf(error)})`);
      },
    );
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    const reason = ERROR.safeParse(answer).data?.error_description ?? "no reason given";
    throw refused(`the server at ${url} refused (${response.status}): ${reason}`);
  }

  return {
    app,
    async create({ username, password, nickname }): Promise<CreatedUser> {
      // The call wants a password; one that nobody ever learns is as good as none.
      const sent = password ?? Buffer.from(systemRandom.bytes(UNKNOWN_PASSWORD_BYTES)).toString("base64url");
      const parsed = CREATED.safeParse(await ask("POST", "", { username, password: sent, nickname }));
      const [entity] = parsed.data?.entities ?? [];
      if (entity === undefined) throw refused(`what answers at ${url} is not usermeta`);
      return { id: entity.uuid, created: entity.created };
    },
    async remove(username) {
      await ask("DELETE", `/${username}`);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw usageError(`--url ${JSON.stringify(text)}: must be the server's address, such as http://127.0.0.1:8080`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  return "code" in error ? String(error.code) : error.name;
}
