export type { Attributes, Changes, KnownName, Profile } from "./attributes.ts";
export {
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type Limits,
  type ReadOptions,
  type SetManyOptions,
  type SetManyResult,
  type SetOptions,
} from "./create-client.ts";
export type { Token } from "./transport.ts";
export { type UserError, UsermetaError } from "./usermeta-error.ts";
