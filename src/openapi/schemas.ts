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
  /** Only in the older dialect. */
  UserUnknownError,
  BatchError: MetadataError.extend({ errors: UserErrors }),
};

export type ErrorShape = keyof typeof ERROR_SHAPES;

type Schemas = Readonly<Record<string, JsonSchema>>;

/** Parts shared by several answers. */
const SHARED = { ...TIME_SHAPES, Attributes, LastModified, UserErrors };

/** All shapes of bodies and answers, by name, for `components.schemas`. Each step of the iteration takes a few ms. */
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
 * Generated as for input, also for answers: for output, zod closes each object, so generated clients would reject
 * members that are added later.
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
      // zod states that a key is a text, which every key is.
      if (isOnlyText(jsonSchema.propertyNames)) delete jsonSchema.propertyNames;
      override(jsonSchema);
    },
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]));
}

function isOnlyText(schema: unknown): boolean {
  return JSON.stringify(schema) === '{"type":"string"}';
}

/** For answers: the bounds of safe integers tell readers nothing. */
function withoutBounds(schema: JsonSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}
