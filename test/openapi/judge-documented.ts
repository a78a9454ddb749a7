/** Checks that an answer matches the document: its status, its headers, and its body without any further member. */
import Ajv, { type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Dialect } from "../../src/core/model.ts";
import type { AnyRefused } from "../../src/http/answers/errors.ts";
import { SAMPLES, type SampleName } from "../../src/openapi/errors/samples.ts";
import { at, documentOf, type OpenApi, operationsOf } from "./documents.ts";

export interface AnswerToJudge {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined if there must be no body. */
  readonly text: string | undefined;
}

export interface DocumentJudge {
  /** @param operation method and path as in the document @returns the mismatch; undefined: none */
  judge(operation: string, answer: AnswerToJudge): string | undefined;
  /** The codes of the refusals that are examples of the operation's answers. */
  refusalsOf(operation: string): ReadonlySet<string>;
}

/** Headers of every answer, whatever its content. The document's description names the two for pages. */
const GENERAL = new Set([
  "access-control-allow-origin",
  "access-control-expose-headers",
  "connection",
  "content-length",
  "content-type",
  "date",
  "transfer-encoding",
]);

/** Headers that static files have in addition, for browsers. */
const OF_FILES = new Set([
  "content-encoding",
  "content-security-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "x-content-type-options",
]);

export async function documentJudge(dialect: Dialect): Promise<DocumentJudge> {
  const document = await documentOf(dialect);
  const operations = operationsOf(document);
  const ajv = newAjv(closed(document));
  const validators = new Map<string, ValidateFunction>();

  function bodyFault(name: string, schema: object, text: string): string | undefined {
    const validate = validators.get(name) ?? ajv.compile(inDocument(schema));
    validators.set(name, validate);
    const value: unknown = JSON.parse(text);
    return validate(value) ? undefined : `${ajv.errorsText(validate.errors)}: ${text.slice(0, 500)}`;
  }

  return {
    refusalsOf(operation) {
      const responses = Object.values(operations.get(operation)?.responses ?? {}).map((place) => at(document, place));
      const examples = responses.flatMap(({ content = {} }) =>
        Object.values(content).map((type) => type.examples ?? {}),
      );
      const names = examples.flatMap((each) => Object.keys(each));
      // as: an unknown name finds no sample
      return new Set(names.flatMap((name) => codesOf(SAMPLES[name as SampleName])));
    },
    judge(operation, { status, headers, text }) {
      const response = operations.get(operation)?.responses[status];
      if (response === undefined) return `no ${status}`;
      const { headers: documented = {}, content } = at(document, response);
      for (const name of headers.keys()) {
        const isKnown = Object.keys(documented).some((each) => each.toLowerCase() === name);
        const isOfFile = operation.endsWith(".json") && OF_FILES.has(name);
        if (!GENERAL.has(name) && !isOfFile && !isKnown) return `${status} has no header ${name}`;
      }
      for (const [name, place] of Object.entries(documented)) {
        const { required, schema } = at(document, place);
        const value = headers.get(name);
        if (value === null && required === true) return `${status} without ${name}`;
        if (value !== null && schema.type === "integer" && !/^\d+$/.test(value)) return `${name}: ${value}`;
      }
      if (text === undefined) return undefined;
      const body = content?.["application/json"];
      if (body === undefined) return text === "" ? undefined : `${status} has no body`;
      return bodyFault(`${operation} ${status}`, body.schema, text);
    },
  };
}

/** A batch refused as a whole has the error text of the user that caused it. */
function codesOf(sample: AnyRefused | undefined): readonly string[] {
  if (sample === undefined) return [];
  return sample.code === "batch_refused" ? [...sample.refused.values()].map(({ code }) => code) : [sample.code];
}

export async function documentJudges(): Promise<Readonly<Record<Dialect, DocumentJudge>>> {
  return { "2021": await documentJudge("2021"), "2026": await documentJudge("2026") };
}

export function newAjv(document: OpenApi): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addFormat("int64", true).addFormat("password", true);
  return ajv.addSchema(document, "document");
}

/** A schema of the document, for the validator that has loaded the document. */
export function inDocument<Some>(schema: Some): Some {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')); // as: unchanged except for its references
}

/** Closes objects that the document leaves open for later additions: an undocumented member is an error. */
export function closed<Some>(value: Some): Some {
  if (Array.isArray(value)) return value.map(closed) as Some; // as: the same list
  if (typeof value !== "object" || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closed(part)]));
  const isObject = members.type === "object" && "properties" in members && !("additionalProperties" in members);
  return (isObject ? { ...members, additionalProperties: false } : members) as Some; // as: the same object
}
