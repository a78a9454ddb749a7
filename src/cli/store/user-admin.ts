import type { AppKey, UserName } from "../../core/model.ts";

interface NewUserRequest {
  readonly username: UserName;
  readonly password: string | undefined;
  readonly nickname: string | undefined;
}

export interface CreatedUser {
  readonly id: string;
  /** ms since 1970. */
  readonly created: number;
}

/** The way by which a command changes users: a server, or a store that no server holds for itself alone. */
export interface UserAdmin extends AsyncDisposable {
  readonly app: AppKey;
  create(user: NewUserRequest): Promise<CreatedUser>;
  remove(username: UserName): Promise<void>;
}
