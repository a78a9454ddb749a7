import { isLongerThan, NICKNAME_CHARACTERS_MAX, PASSWORD_CHARACTERS_MAX } from "../limits.ts";
import { USER_NAME_BYTES_MAX, type UserName, userName } from "../model.ts";
import { Refusal, type Refused } from "../refusals.ts";

/** A registration as the client sent it. */
export interface Registrant {
  readonly username: string;
  readonly password?: string | undefined;
  readonly nickname?: string | undefined;
}

/** A valid registration; it can be stored if the name is free. */
export interface CheckedRegistrant {
  readonly name: UserName;
  readonly password: string;
  readonly nickname: string | undefined;
}

/**
 * Validates a registration. Refuses with `user_name_too_long`, `user_name_illegal`, `password_missing`,
 * `password_too_long` or `nickname_too_long` (docs/PROTOCOL.md § Users).
 */
export function checkRegistrant({ username, password, nickname }: Registrant): CheckedRegistrant {
  const name = requireUserName(username);
  if (password === undefined || password === "") throw new Refusal({ code: "password_missing" });
  checkPassword(password);
  if (nickname !== undefined && isLongerThan(nickname, NICKNAME_CHARACTERS_MAX)) {
    throw new Refusal({ code: "nickname_too_long" });
  }
  return { name, password, nickname };
}

/** Folds a username. Refuses with `user_name_too_long` or `user_name_illegal`. */
export function requireUserName(text: string): UserName {
  if (text.length > USER_NAME_BYTES_MAX) throw new Refusal({ code: "user_name_too_long" });
  const name = userName(text);
  if (name === undefined) throw new Refusal({ code: "user_name_illegal", name: text });
  return name;
}

/** Refuses with `password_too_long`. */
export function checkPassword(password: string): void {
  if (isLongerThan(password, PASSWORD_CHARACTERS_MAX)) throw new Refusal({ code: "password_too_long" });
}

/** As `checkRegistrant`, but returns the refusal instead of throwing it. */
export function checkedOrRefused(registrant: Registrant): CheckedRegistrant | Refused {
  try {
    return checkRegistrant(registrant);
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}
