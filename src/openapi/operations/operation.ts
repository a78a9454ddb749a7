import type { Dialect } from "../../core/model.ts";
import type { SampleName } from "../errors/samples.ts";
import type { HeaderName } from "../headers.ts";
import type { ParameterName } from "../parameters.ts";

/** What the document says of a route and cannot read off the tables of routes and rights. */
export interface Operation {
  /** Also the name of the method in generated clients. */
  readonly operationId: string;
  /** A few words, for lists. */
  readonly summary: string;
  readonly description?: string;
  /** Beside those of the path. */
  readonly parameters?: readonly ParameterName[];
  readonly body?: Body;
  readonly answer: Answer;
  /** Its 503, where that is no error as others are. */
  readonly unready?: Answer;
  /** A conditional read can be answered 304. */
  readonly mayBeUnchanged?: true;
  /** Beside those that every call of its kind may meet. */
  readonly refusals: readonly SampleName[];
  /** Further ones of one dialect. */
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
  /** In `components.schemas`. */
  readonly schema: string;
  /** As requests, each of them is answered 200. */
  readonly examples: Readonly<Record<string, Example>>;
}

export interface Example {
  readonly summary: string;
  readonly value: unknown;
}
