/** What a server answers beside a status of 200. Members that the answer does not have are undefined. */
export class UsermetaError extends Error {
  /** 0: there was no answer. */
  readonly status: number;
  /** The server's word for it, such as `CONFLICT`. */
  readonly code: string;
  /** What can be done about it, in words for developers and operators, where the server knows. */
  readonly hint: string | undefined;
  /** 412: of the attributes that were to change, those that have another value by now; null = none. */
  readonly current: Readonly<Record<string, string | null>> | undefined;
  /** 412: what is stored instead. */
  readonly etag: string | undefined;
  readonly lastModified: number | undefined;
  /** 403 for size, in bytes. */
  readonly used: number | undefined;
  readonly limit: number | undefined;
  readonly attempted: number | undefined;
  /** Of a batch that was to be written as a whole: by user, for whose sake it was not. */
  readonly errors: Readonly<Record<string, UserError>> | undefined;

  constructor(status: number, body: ErrorBody, cause?: unknown) {
    super(body.error_description ?? `HTTP ${status}`, cause === undefined ? undefined : { cause });
    this.name = "UsermetaError";
    this.status = status;
    this.code = body.error ?? "";
    this.hint = body.hint;
    this.current = body.current;
    this.etag = body.etag;
    this.lastModified = body.lastModified;
    this.used = body.used;
    this.limit = body.limit;
    this.attempted = body.attempted;
    this.errors = body.errors;
  }
}

/**
 * Whether the call may have been carried out all the same: no answer came, or one that a proxy gives in the server's
 * place, also after it has passed the call on. The server's own 503 says that nothing was stored and nothing will be.
 */
export function isUnclear(error: unknown): error is UsermetaError {
  if (!(error instanceof UsermetaError)) return false;
  const { status, code } = error;
  return status === 0 || (status >= 502 && !(status === 503 && code === "service_unavailable"));
}

/** What became of one user of a batch. */
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
