import type { Operation } from "../../../src/core/access.ts";
import type { AppCredentials } from "../../../src/core/apps/apps.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import type { NewUser } from "../../../src/core/ports/user-store.ts";
import type { Method } from "../../../src/http/call.ts";

/** The subject of one request. No other request is about the same user. */
export interface Subject {
  /** Has the password "old" and, where the call removes attributes, some of them. */
  readonly user: NewUser;
  /** For users that do not exist yet. */
  readonly newName: string;
  readonly credentials: AppCredentials;
}

/** The part of the store that shows whether a request was carried out. */
export interface Looked {
  readonly store: Pick<Store, "user" | "attributes">;
  readonly app: number;
}

export interface CallRow {
  readonly name: string;
  readonly method: Method;
  /** As in http/routing/routes.ts. */
  readonly path: string;
  /** The right it needs; "token": an external token as bearer; the rest: a secret in the body. */
  readonly needs: Operation | "token" | "client secret" | "password";
  /** A call that has no use for a body is carried out when its head has come. */
  readonly begins: "with the body" | "with the head";
  /** The caller must also know the user's password. */
  readonly hasOldPassword?: true;
  readonly query?: (subject: Subject) => string;
  readonly contentType?: string;
  readonly body: (subject: Subject) => string;
  /** Undefined: nothing lasting comes of it. */
  readonly isDone?: (looked: Looked, subject: Subject) => Promise<boolean>;
}
