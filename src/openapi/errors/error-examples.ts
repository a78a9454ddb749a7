import type { Dialect } from "../../core/model.ts";
import { type AnyRefused, wireError } from "../../http/answers/errors.ts";
import { errorJson, type Family } from "../../http/answers/reply.ts";
import type { Example } from "../operations/operation.ts";
import { ANSWERED } from "../sample-values.ts";
import { SAMPLES, type SampleName } from "./samples.ts";

const SPAN = { from: ANSWERED - 1, to: ANSWERED };

/** The body of a refusal, as the server would write it. */
export interface ErrorExample {
  readonly status: number;
  readonly example: Example;
}

export function errorExample(name: SampleName, family: Family, dialect: Dialect): ErrorExample {
  const refused: AnyRefused = SAMPLES[name];
  const path = name === "app_unknown" ? "nobody/knows/metadata/user/ada" : "chat-demo/testapp/metadata/user/ada";
  const error = wireError(refused, { dialect, path, isAdmin: true, isSet: name === "json_for_form" });
  const value: unknown = JSON.parse(errorJson(error, SPAN, family));
  return { status: error.status, example: { summary: summaryOf(name, error.text), value } };
}

/** Uses the error's text for people, unless it says too little. */
function summaryOf(name: SampleName, text: string): string {
  return text === "" ? name : `${name.replaceAll("_", " ")}: ${text}`;
}
