import type { AppKey, UserName } from "../../core/model.ts";
import { type Failure, refused } from "../terminal/failure.ts";

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

export function userTaken(username: UserName, app: AppKey): Failure {
  return refused(`there is a user ${username} in ${app} already`, "user_taken");
}

/** Changes users, either through a server or directly in a store that no server holds exclusively. */
export interface UserAdmin extends AsyncDisposable {
  readonly app: AppKey;
  create(user: NewUserRequest): Promise<CreatedUser>;
  remove(username: UserName): Promise<void>;
}
