import type { Dialect } from "../../core/model.ts";
import type { SampleName } from "../errors/samples.ts";
import type { HeaderName } from "../headers.ts";
import type { ParameterName } from "../parameters.ts";

/** The parts of an operation that cannot be derived from the tables of routes and rights. */
export interface Operation {
  /** Also the method's name in generated clients. */
  readonly operationId: string;
  /** A few words, shown in lists. */
  readonly summary: string;
  readonly description?: string;
  /** In addition to those of the path. */
  readonly parameters?: readonly ParameterName[];
  readonly body?: Body;
  readonly answer: Answer;
  /** The 503 answer, if it differs from other errors. */
  readonly unready?: Answer;
  /** Conditional reads may be answered 304. */
  readonly mayBeUnchanged?: true;
  /** In addition to those common to all calls of its kind. */
  readonly refusals: readonly SampleName[];
  /** Additional refusals of one dialect. */
  readonly refusalsOf?: Partial<Readonly<Record<Dialect, readonly SampleName[]>>>;
}

interface Body {
  readonly isOptional?: true;
  readonly description?: string;
  /** By media type. */
  readonly content: Readonly<Record<string, Content>>;
}

interface Answer {
  readonly description: string;
  readonly schema: string;
  readonly headers?: readonly HeaderName[];
  readonly examples: Readonly<Record<string, Example>>;
}

interface Content {
  /** The name in `components.schemas`. */
  readonly schema: string;
  /** Every request example must be answered with 200. */
  readonly examples: Readonly<Record<string, Example>>;
}

export interface Example {
  readonly summary: string;
  readonly value: unknown;
}
