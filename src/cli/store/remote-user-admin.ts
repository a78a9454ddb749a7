import { z } from "zod";
import { address, addressText } from "../../config/values.ts";
import { appKey } from "../../core/model.ts";
import type { RefusalCode } from "../../core/refusals.ts";
import { systemRandom } from "../../system/random.ts";
import type { Call, Flag } from "../command.ts";
import { reachableUrl } from "../serve/listening.ts";
import { Failure, refused, refusedBy, usageError } from "../terminal/failure.ts";
import { type CreatedUser, type UserAdmin, userTaken } from "./user-admin.ts";

export const URL_FLAG: Flag = {
  name: "url",
  placeholder: "http://…",
  help: "change users through this server, with USERMETA_OPERATOR_KEY; needed while it serves a sqlite: store",
};

const TIMEOUT_MS = 30_000;
const UNKNOWN_PASSWORD_BYTES = 32;

const CREATED = z.object({ entities: z.array(z.object({ uuid: z.string(), created: z.number() })).min(1) });
const ERROR = z.object({ error: z.string().default(""), error_description: z.string().default("no reason given") });

/** The server's error code → the refusal of the same command without `--url`. */
const REFUSALS: Readonly<Record<string, RefusalCode>> = {
  duplicate_unique_property_exists: "user_taken",
  service_resource_not_found: "user_unknown",
  organization_application_not_found: "app_unknown",
  reach_limit: "rate_exceeded",
  service_unavailable: "busy",
};

/** Changes users through the server's API (docs/PROTOCOL.md § Users), with the operator key. */
export function serverUsers({ args: [appText = ""], loaded: { config } }: Call, url: string): UserAdmin {
  const app = appKey(appText);
  if (app === undefined) throw unknownAt(url, appText);
  const { operatorKey } = config;
  if (operatorKey === undefined) throw usageError("--url needs USERMETA_OPERATOR_KEY, the same as the server's");
  const base = `${serverUrl(url)}/${app}/users`;

  function refusalOf(status: number, answer: unknown): Failure {
    const { error, error_description: reason } = ERROR.safeParse(answer).data ?? ERROR.parse({});
    const code = REFUSALS[error];
    if (code === "app_unknown") return unknownAt(url, appText);
    if (code === "user_unknown") return refusedBy(code);
    if (status === 401) {
      return refused(
        `the server at ${url} does not accept this USERMETA_OPERATOR_KEY (401): it must be the server's own`,
      );
    }
    return refused(`the server at ${url} refused (${status}): ${reason}`, code);
  }

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
    throw refusalOf(response.status, answer);
  }

  return {
    app,
    async create({ username, password, nickname }): Promise<CreatedUser> {
      // The call requires a password. A random one that is never shown is as good as none.
      const sent = password ?? Buffer.from(systemRandom.bytes(UNKNOWN_PASSWORD_BYTES)).toString("base64url");
      const answer = await ask("POST", "", { username, password: sent, nickname }).catch((error) => {
        throw error instanceof Failure && error.code === "user_taken" ? userTaken(username, app) : error;
      });
      const parsed = CREATED.safeParse(answer);
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

function unknownAt(url: string, app: string): Failure {
  return refused(`there is no app ${JSON.stringify(app)} on the server at ${url}`, "app_unknown");
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    const { data } = address.safeParse(text);
    const meant = data === undefined ? "" : `: did you mean ${reachableUrl(new URL(`http://${addressText(data)}`))}?`;
    throw usageError(`--url ${JSON.stringify(text)}: must be the server's URL, such as http://127.0.0.1:8080${meant}`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  return "code" in error ? String(error.code) : error.name;
}
