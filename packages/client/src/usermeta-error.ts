/** Members of an error's body that the error has under the same names. */
const SAME = ["hint", "current", "etag", "lastModified", "used", "limit", "attempted", "errors"] as const;

/** An answer with a status other than 200, or none. Members that the answer does not have are undefined. */
export class UsermetaError extends Error {
  /** 0: there was no answer. `message` names the address and the reason, `cause` is the original error. */
  readonly status: number;
  /** The server's word for it, such as `CONFLICT`. Empty if the answer is not from the server. */
  readonly code: string;
  /** What to do about it, for developers and operators, where the server knows. */
  declare readonly hint: string | undefined;
  /** 412: those of the attributes to change that have another value by now; null = not set. */
  declare readonly current: Readonly<Record<string, string | null>> | undefined;
  /** 412: the version that is stored, for the next `ifMatch`. */
  declare readonly etag: string | undefined;
  /** 412: the time of that version, ms. */
  declare readonly lastModified: number | undefined;
  /** 403 for size: the bytes in use. */
  declare readonly used: number | undefined;
  /** 403 for size: the limit, bytes. */
  declare readonly limit: number | undefined;
  /** 403 for size: the bytes that would have been in use. */
  declare readonly attempted: number | undefined;
  /** An atomic batch that was refused: by user, why. */
  declare readonly errors: Readonly<Record<string, UserError>> | undefined;

  constructor(status: number, body: ErrorBody, cause?: unknown) {
    super(body.error_description ?? `HTTP ${status}`, cause === undefined ? undefined : { cause });
    this.name = "UsermetaError";
    this.status = status;
    this.code = body.error ?? "";
    Object.assign(this, Object.fromEntries(SAME.map((name) => [name, body[name]])));
  }
}

/**
 * Whether the call may have been carried out although it failed: no answer came, or a proxy answered in the server's place,
 * perhaps after it had passed the call on. The server's own 503 means that nothing was stored and nothing will be.
 */
export function isUnclear(error: unknown): error is UsermetaError {
  if (!(error instanceof UsermetaError)) return false;
  const { status, code } = error;
  return status === 0 || (status >= 502 && !(status === 503 && code === "service_unavailable"));
}

/** Why one user of a batch was not changed: the status and body that a call for this user alone would get. */
export interface UserError extends ErrorBody {
  readonly status: number;
}

/** The body of an error. */
export interface ErrorBody {
  readonly error?: string;
  readonly error_description?: string;
  readonly hint?: string;
  readonly current?: Readonly<Record<string, string | null>>;
  readonly etag?: string;
  readonly lastModified?: number;
  readonly used?: number;
  readonly limit?: number;
  readonly attempted?: number;
  readonly errors?: Readonly<Record<string, UserError>>;
}
