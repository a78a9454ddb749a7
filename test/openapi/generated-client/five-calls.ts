/**
 * The five calls as a client developer would write them, with types generated from the document by openapi-typescript.
 * Prints the answers. Arguments: the server's address, a client id and its secret.
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.ts";

const [, , baseUrl = "", client_id = "", client_secret = ""] = process.argv;
const api = createClient<paths>({ baseUrl });

const issued = await api.POST("/{org}/{app}/token", {
  params: { path: { org: "org", app: "app" } },
  body: { grant_type: "client_credentials", client_id, client_secret },
});
if (issued.error !== undefined) throw new Error(issued.error.error_description);
const headers = { authorization: `Bearer ${issued.data.access_token}` };
const ada = { path: { org: "org", app: "app", username: "ada" } };
const app = { path: { org: "org", app: "app" } };

const set = await api.PUT("/{org}/{app}/metadata/user/{username}", {
  params: ada,
  headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
  body: { nickname: "Ada", sign: "hi & bye" },
  bodySerializer: (form) => new URLSearchParams(form).toString(),
});
const nickname: string | undefined = set.data?.data.nickname;
const get = await api.GET("/{org}/{app}/metadata/user/{username}", { params: ada, headers });
const lastModified: number | undefined = get.data?.lastModified;
const many = await api.POST("/{org}/{app}/metadata/user/get", {
  params: app,
  headers,
  body: { targets: ["ada", "nobody"], properties: ["sign"] },
});
const capacity = await api.GET("/{org}/{app}/metadata/user/capacity", { params: app, headers });
const bytes: number | undefined = capacity.data?.data;
const removed = await api.DELETE("/{org}/{app}/metadata/user/{username}", { params: ada, headers });
const isRemoved: true | undefined = removed.data?.data;
const refused = await api.GET("/{org}/{app}/metadata/user/{username}", {
  params: { path: { ...ada.path, username: "nobody" } },
  headers,
});
const error: components["schemas"]["Error"] | undefined = refused.error;

type Bodies<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  requestBody?: { content: infer Content };
}
  ? Content[keyof Content]
  : never;
// @ts-expect-error: attributes are text
export const wrongValue: Bodies<"/{org}/{app}/metadata/user/{username}", "patch"> = { nickname: {} };
// @ts-expect-error: a batch must name its users
export const noTargets: Bodies<"/{org}/{app}/metadata/user/get", "post"> = { properties: ["sign"] };
// @ts-expect-error: this path does not exist
export type NoPath = paths["/{org}/{app}/metadata/users"];

const sameTime = lastModified === set.data?.lastModified;
console.log(
  JSON.stringify({
    nickname,
    get: get.data?.data,
    sameTime,
    many: many.data?.data,
    bytes,
    isRemoved,
    error: error?.error,
  }),
);
