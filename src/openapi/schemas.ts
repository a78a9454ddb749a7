import { z } from "zod";
import type { Dialect } from "../core/model.ts";
import { ACCOUNT_ANSWERS } from "./shapes/account-answers.ts";
import { Attributes, attributeAnswers, LastModified, UserErrors } from "./shapes/attribute-answers.ts";
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

type Schemas = Readonly<Record<string, JsonSchema>>;

/** Of answers, what further ones are made of. */
const SHARED = { ...TIME_SHAPES, Attributes, LastModified, UserErrors };

/** Everything that calls take and answer, by name, for `components.schemas`: piece by piece, each of a few ms. */
export function* schemasOf(dialect: Dialect): Iterable<Schemas> {
  yield jsonSchemas(BODY_SHAPES);
  yield answerSchemas(attributeAnswers(dialect));
  yield answerSchemas(ACCOUNT_ANSWERS);
  yield answerSchemas({ ...COMPANION_SHAPES, ...OWN_ANSWERS });
  const { UserUnknownError: older, ...errors } = answerSchemas(ERROR_SHAPES);
  yield dialect === "2021" && older !== undefined ? { ...errors, UserUnknownError: older } : errors;
}

function answerSchemas(shapes: Readonly<Record<string, z.ZodType>>): Schemas {
  return jsonSchemas({ ...SHARED, ...shapes }, withoutBounds);
}

/**
 * As they are sent, for answers too: as they come out of a check, zod closes each object, and a client that is made from
 * the document would then refuse members that are added later.
 */
function jsonSchemas(
  shapes: Readonly<Record<string, z.ZodType>>,
  override: (schema: JsonSchema) => void = () => {},
): Schemas {
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
