import { DIALECTS } from "../core/model.ts";
import { CURSOR, ETAG } from "./sample-values.ts";

const text = { type: "string" };

/** What stands in paths, queries and headers, by name: `components.parameters`. */
export const PARAMETERS = {
  org: path("org", "The organization: the first half of the app key.", "chat-demo"),
  app: path("app", "The app: the second half of the app key.", "testapp"),
  username: path("username", "The user that the call is about; capitals are folded to lower case.", "ada"),
  seconds: path("seconds", "For so long. Is not looked at.", "86400"),
  conversation: path("conversation", "A user or a group. Is not looked at.", "bob"),
  IfMatch: header("If-Match", "One or several ETags, or `*` for any attributes at all: otherwise 412.", ETAG),
  IfNoneMatchOfRead: header("If-None-Match", "One or several ETags, or `*`: 304 where one of them is stored.", ETAG),
  IfNoneMatchOfWrite: header("If-None-Match", "`*`: carried out only while the user has no attributes.", "*"),
  properties: {
    name: "properties",
    in: "query",
    description: "Removes these keys only. `%2C` stands for a comma in a key.",
    style: "form",
    explode: false,
    schema: { type: "array", items: { type: "string", minLength: 1 } },
    example: ["nickname", "sign"],
  },
  limit: {
    name: "limit",
    in: "query",
    description: "How many users a page holds. More than 100 is cut to 100.",
    schema: { type: "integer", minimum: 1, default: 10 },
    example: 10,
  },
  cursor: {
    name: "cursor",
    in: "query",
    description: "The `cursor` of the page before.",
    schema: text,
    example: CURSOR,
  },
  dialect: {
    name: "dialect",
    in: "query",
    description: "Which dialect of the documents to describe: the one that the app is set to.",
    schema: { enum: DIALECTS, default: "2021" },
    example: "2021",
  },
} as const;

export type ParameterName = keyof typeof PARAMETERS;

/** Of a path, in their order. */
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
