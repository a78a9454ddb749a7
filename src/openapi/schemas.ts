import { z } from "zod";
import type { Dialect } from "../core/model.ts";
import { ACCOUNT_ANSWERS } from "./shapes/account-answers.ts";
import { attributeAnswers, UserErrors } from "./shapes/attribute-answers.ts";
import { BODY_SHAPES } from "./shapes/bodies.ts";
import { COMPANION_SHAPES } from "./shapes/companion-answers.ts";
import { TIME_SHAPES } from "./shapes/envelope.ts";
import { ErrorAnswer, MetadataError, SizeError, UserUnknownError, VersionError } from "./shapes/error-answers.ts";
import { OWN_ANSWERS } from "./shapes/own-answers.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

const ERROR_SHAPES = {
  Error: ErrorAnswer,
  MetadataError,
  SizeError,
  VersionError,
  /** Of the older dialect alone. */
  UserUnknownError,
  BatchError: MetadataError.extend({ errors: UserErrors }),
};

export type ErrorShape = keyof typeof ERROR_SHAPES;

/** What calls take, by name: for `components.schemas`. */
export function bodySchemas(): Readonly<Record<string, JsonSchema>> {
  return jsonSchemas(BODY_SHAPES);
}

/** The same for what they answer. */
export function answerSchemas(dialect: Dialect): Readonly<Record<string, JsonSchema>> {
  const answers = {
    ...attributeAnswers(dialect),
    ...TIME_SHAPES,
    ...ACCOUNT_ANSWERS,
    ...COMPANION_SHAPES,
    ...OWN_ANSWERS,
    ...ERROR_SHAPES,
  };
  const { UserUnknownError: older, ...schemas } = jsonSchemas(answers, withoutBounds);
  return dialect === "2021" && older !== undefined ? { ...schemas, UserUnknownError: older } : schemas;
}

/**
 * As they are sent, for answers too: as they come out of a check, zod closes each object, and a client that is made from
 * the document would then refuse members that are added later.
 */
function jsonSchemas(
  shapes: Readonly<Record<string, z.ZodType>>,
  override: (schema: JsonSchema) => void = () => {},
): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, shape] of Object.entries(shapes)) registry.add(shape, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      // zod's way to say that a key is text, as all keys are.
      if (isOnlyText(jsonSchema.propertyNames)) delete jsonSchema.propertyNames;
      override(jsonSchema);
    },
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]));
}

function isOnlyText(schema: unknown): boolean {
  return JSON.stringify(schema) === '{"type":"string"}';
}

/** Of answers: that a number can be counted with says nothing to their readers. */
function withoutBounds(schema: JsonSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}
