import { COMPANION_ANSWERS, COMPANION_CALLS, type CompanionCall } from "../../http/companion/companion-routes.ts";
import { envelopeExample } from "../sample-values.ts";
import type { Operation } from "./operation.ts";

const UNREAD = { schema: "UnreadBody", examples: { users: { summary: "Users", value: { usernames: ["bob"] } } } };
const ACTIONS = { GET: "get", POST: "post", DELETE: "delete", PUT: "post", PATCH: "post" } as const;
const EXAMPLES: Readonly<Record<string, string>> = { username: "ada", seconds: "86400", conversation: "bob" };

/** Derived from the table of companion calls. Keyed by method and path of the route table. */
export const COMPANION_OPERATIONS: Readonly<Record<string, Operation>> = Object.fromEntries(
  COMPANION_CALLS.map((call) => [`${call.method} ${call.path}`, operationOf(call)]),
);

function operationOf({ method, path, wants, answer }: CompanionCall): Operation {
  const words = path.split("/").filter((word) => word !== "" && word !== "{username}");
  return {
    operationId: method.toLowerCase() + words.map(capitalised).join(""),
    summary: `Ask ${/^(?:to|not|wh)/.test(wants) ? "" : "for "}${wants}`,
    ...(method === "POST" && { body: { isOptional: true, content: { "application/json": UNREAD } } }),
    answer: {
      description: "The constant, empty answer.",
      schema: answer,
      examples: {
        none: { summary: "The answer; only its path varies", value: exampleOf(answer) },
      },
    },
    refusals: ["route_unknown"],
  };
}

/** The example shows the first call that has this answer. */
function exampleOf(answer: CompanionCall["answer"]): unknown {
  const { method = "GET", path = "" } = COMPANION_CALLS.find((call) => call.answer === answer) ?? {};
  const shown = path.replace(/\{(\w+)\}/g, (whole, name: string) => EXAMPLES[name] ?? whole);
  return envelopeExample(ACTIONS[method], shown, COMPANION_ANSWERS[answer]);
}

function capitalised(word: string): string {
  return word.replace(/(?:^|[_{])(\w)/g, (_, letter: string) => letter.toUpperCase()).replaceAll(/[{}_]/g, "");
}
