import type { Accounts } from "../../../core/accounts/accounts.ts";
import type { Registrant } from "../../../core/accounts/registrants.ts";
import type { Refused } from "../../../core/refusals.ts";
import { ANONYMOUS } from "../../../core/tokens/authentication.ts";
import { wireError } from "../../answers/errors.ts";
import type { Reply } from "../../answers/reply.ts";
import { entitiesReply } from "../../answers/user-entity.ts";
import { readRegistrants } from "../../bodies/json/read-registrants.ts";
import { readText } from "../../bodies/read-text.ts";
import { BODY_BYTES_MAX, SMALL_BODY_BYTES_MAX } from "../../bodies/request-body.ts";
import type { ConfirmedCall, OpenHandler } from "../../call.ts";
import { bearerOf } from "../../requests/request.ts";

/** POST …/users (docs/PROTOCOL.md § Users): one user, or a list of users, some of which may fail. */
export function createUsers({ accounts }: { accounts: Accounts }): OpenHandler {
  return async (call) => {
    const { caller } = bearerOf(call.request) === undefined ? ANONYMOUS : await call.authenticate();
    const isUnauthenticated = caller.kind === "nobody";
    if (!isUnauthenticated) call.charge();
    // Checked before the body is read, so that refusing unauthenticated clients costs the app nothing.
    accounts.permitRegister(call.resolved, caller);
    if (isUnauthenticated) call.chargeAddress();
    const bytesMax = caller.kind === "admin" ? BODY_BYTES_MAX : SMALL_BODY_BYTES_MAX;
    const text = await readText(call, bytesMax);
    const registrants = await readRegistrants(text, () => accounts.permitRegisterMany(call.resolved, caller));
    const confirmed = await call.confirm();
    if (isUnauthenticated) call.charge();
    return "username" in registrants
      ? await createOne(accounts, confirmed, registrants)
      : await createMany(accounts, confirmed, registrants, () => call.confirm());
  };
}

async function createOne(
  accounts: Accounts,
  { call, authentication }: ConfirmedCall,
  registrant: Registrant,
): Promise<Reply> {
  return entitiesReply("post", call, [
    await accounts.register(call.resolved, authentication, call.asker(), registrant),
  ]);
}

async function createMany(
  accounts: Accounts,
  { call, authentication }: ConfirmedCall,
  registrants: readonly Registrant[],
  mayStill: () => Promise<unknown>,
): Promise<Reply> {
  const { users, failures } = await accounts.registerMany(
    call.resolved,
    authentication,
    call.asker(),
    registrants,
    mayStill,
  );
  const data = failures.map(({ name, refused }) => ({
    username: name,
    registerUserFailReason: failReason(refused, name),
  }));
  return entitiesReply("post", call, users, { data });
}

function failReason(refused: Refused, name: string): string {
  if (refused.code === "user_taken") return `the ${name} already exists`;
  return wireError(refused, { dialect: "2021", path: "" }).text;
}
