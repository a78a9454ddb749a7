import { DIALECTS } from "../core/model.ts";
import { CURSOR, ETAG } from "./sample-values.ts";

const text = { type: "string" };

/** All parameters of paths, queries and headers, by name: `components.parameters`. */
export const PARAMETERS = {
  org: path("org", "The organization: the first half of the app key.", "chat-demo"),
  app: path("app", "The app: the second half of the app key.", "testapp"),
  username: path("username", "The user that the call is about. Capitals are converted to lower case.", "ada"),
  seconds: path("seconds", "Seconds of the subscription. Ignored.", "86400"),
  conversation: path("conversation", "A user or a group. Ignored.", "bob"),
  IfMatch: header(
    "If-Match",
    "One or several ETags, or `*` for any attributes. If none matches, the call gets 412.",
    ETAG,
  ),
  IfNoneMatchOfRead: header(
    "If-None-Match",
    "One or several ETags, or `*` for any attributes. If one matches, the call gets 304.",
    ETAG,
  ),
  IfNoneMatchOfWrite: header("If-None-Match", "`*`: the call is carried out only if the user has no attributes.", "*"),
  properties: {
    name: "properties",
    in: "query",
    description: "Removes only these keys. Write a comma in a key as `%2C`.",
    style: "form",
    explode: false,
    schema: { type: "array", items: { type: "string", minLength: 1 } },
    example: ["nickname", "sign"],
  },
  limit: {
    name: "limit",
    in: "query",
    description: "Number of users on a page. Values above 100 count as 100.",
    schema: { type: "integer", minimum: 1, default: 10 },
    example: 10,
  },
  cursor: {
    name: "cursor",
    in: "query",
    description: "The `cursor` of the previous page.",
    schema: text,
    example: CURSOR,
  },
  dialect: {
    name: "dialect",
    in: "query",
    description: "The dialect to describe: use the one that the app is configured for.",
    schema: { enum: DIALECTS, default: "2021" },
    example: "2021",
  },
} as const;

export type ParameterName = keyof typeof PARAMETERS;

/** The parameters of a path, in order. */
export function pathParameters(pathText: string): readonly ParameterName[] {
  // as: the document's test finds a parameter without a description
  return [...pathText.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as ParameterName);
}

export function parameterRefs(names: readonly ParameterName[]): readonly { readonly $ref: string }[] {
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function path(name: string, description: string, example: string) {
  return { name, in: "path", description, required: true, schema: text, example } as const;
}

function header(name: string, description: string, example: string) {
  return { name, in: "header", description, schema: text, example } as const;
}
