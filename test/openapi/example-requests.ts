/** Every example of the document as a request to send. */

import type { Dialect } from "../../src/core/model.ts";
import { at, documentOf, type OpenApi, type OperationObject, operationsOf, type ParameterObject } from "./documents.ts";

export interface ExampleRequest {
  /** Method and path as in the document. */
  readonly operation: string;
  /** Which of the operation's examples. */
  readonly title: string;
  readonly bearer: "admin" | "ada" | "agora" | undefined;
  readonly method: string;
  /** With example values of path parameters, and the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The status that the example stands for. */
  readonly status: number;
}

const FORM = "application/x-www-form-urlencoded";

export async function exampleRequests(dialect: Dialect): Promise<readonly ExampleRequest[]> {
  const document = await documentOf(dialect);
  return [...operationsOf(document)].flatMap(([name, operation]) => requestsOf(document, name, operation));
}

function requestsOf(document: OpenApi, name: string, operation: OperationObject): readonly ExampleRequest[] {
  const [method = "", template = ""] = name.split(" ");
  const { parameters: ofPath = [] } = document.paths[template] as { readonly parameters?: readonly ParameterObject[] };
  const path = ofPath
    .map((place) => at(document, place))
    .reduce((text, { name: each, example }) => text.replace(`{${each}}`, String(example)), template);
  const plain = { operation: name, method, path, headers: {}, body: undefined, status: 200 };
  const bodies = bodiesOf(document, operation).map(({ title, type, value }): ExampleRequest => {
    const body =
      type === FORM ? new URLSearchParams(value as Record<string, string>).toString() : JSON.stringify(value); // as: a form
    return { ...plain, title, bearer: bearerOf(operation, title), headers: { "content-type": type }, body };
  });
  const first: ExampleRequest = bodies[0] ?? { ...plain, title: "alone", bearer: bearerOf(operation, "alone") };
  const withParameters = (operation.parameters ?? []).map((place): ExampleRequest => {
    const { name: parameter, in: where, example } = at(document, place);
    const title = `with ${parameter}: ${example}`;
    if (where === "query") return { ...first, title, path: `${path}?${parameter}=${example ?? ""}` };
    const isMet = parameter === "If-Match";
    const status = isMet ? 200 : method === "GET" ? 304 : 412;
    return { ...first, title, headers: { ...first.headers, [parameter]: String(example) }, status };
  });
  return [first, ...bodies.slice(1), ...withParameters];
}

function bodiesOf(document: OpenApi, { requestBody }: OperationObject) {
  return Object.entries(requestBody?.content ?? {}).flatMap(([type, { examples = {} }]) =>
    Object.entries(examples).map(([title, place]) => ({
      title: `${type}: ${title}`,
      type,
      value: at<{ readonly value?: unknown }>(document, place).value,
    })),
  );
}

/** Companion calls need the user's own token; other calls use the token that fits the example. */
function bearerOf({ tags, security, operationId }: OperationObject, title: string): ExampleRequest["bearer"] {
  if (title.endsWith("agora")) return "agora";
  if (tags.includes("Companion calls")) return "ada";
  if (operationId === "changePassword" && title.endsWith("user")) return "ada";
  return security.length > 0 && (operationId !== "createToken" || title.endsWith("inherit")) ? "admin" : undefined;
}
