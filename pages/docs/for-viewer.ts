import type { ApiDocument } from "./api-document.ts";
import type { AppKey } from "./app-key.ts";

type Json = Record<string, unknown>;

const FORM = "application/x-www-form-urlencoded";

/**
 * Adapts the document for the viewer: fills `{org}` and `{app}` with this app, sets this server's address, and corrects
 * examples. On its own the viewer omits optional fields that a form declares, and sends each header that has an
 * example.
 * @param key undefined keeps the document's own example
 */
export function forViewer(source: ApiDocument, key: AppKey | undefined, origin: string): ApiDocument {
  const filled = structuredClone(source);
  for (const part of partsOf(filled)) {
    if (key !== undefined && part.in === "path") fillParameter(part, key);
    if (part.in === "header" || part.in === "query") emptyParameter(part);
    const form = part[FORM];
    if (isJson(form)) switchOn(form);
  }
  return { ...filled, servers: [{ url: origin }] };
}

function fillParameter(parameter: Json, { org, app }: AppKey): void {
  const value = { org, app }[String(parameter.name)];
  if (value === undefined) return;
  delete parameter.examples;
  parameter.example = value;
}

/** The viewer sends every parameter with an example, even conditions. The description gives the example instead. */
function emptyParameter(parameter: Json): void {
  const { example } = parameter;
  if (parameter.required === true || example === undefined) return;
  delete parameter.example;
  parameter.description = `${parameter.description ?? ""}\n\nExample: \`${example}\``;
}

function switchOn(form: Json): void {
  if (isJson(form.example)) form.example = rowsOf(form.example);
  for (const example of Object.values(isJson(form.examples) ? form.examples : {})) {
    if (isJson(example) && isJson(example.value)) example.value = rowsOf(example.value);
  }
}

function rowsOf(fields: Json): readonly Json[] {
  return Object.entries(fields).map(([name, value]) => ({ name, value, isDisabled: false }));
}

/** Every object in the value, at any depth. */
function* partsOf(value: unknown): Iterable<Json> {
  if (isJson(value)) yield value;
  if (typeof value !== "object" || value === null) return;
  for (const part of Object.values(value)) yield* partsOf(part);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
