import { z } from "zod";
import { permit } from "../../core/access.ts";
import type { Accounts } from "../../core/accounts.ts";
import { NOBODY } from "../../core/callers.ts";
import type { Caller } from "../../core/model.ts";
import type { Refused } from "../../core/refusals.ts";
import type { Call, Handler } from "../call.ts";
import { wireError } from "../errors.ts";
import type { Reply } from "../reply.ts";
import { bearerOf, readJson } from "../request.ts";
import { entitiesReply } from "../user-entity.ts";

const Registrant = z.object({
  username: z.string("Entity user requires a property named username"),
  password: z
    .string()
    .nullish()
    .transform((text) => text ?? undefined),
  nickname: z
    .string()
    .nullish()
    .transform((text) => text ?? undefined),
});

const Body = z.union([z.array(Registrant), Registrant]);

/** POST …/users (protocol.md § 3.1): one user, or a list of them of which some may fail. */
export function createUsers({ accounts }: { accounts: Accounts }): Handler {
  return async (call) => {
    const { caller } = bearerOf(call.request) === undefined ? NOBODY : await call.identify();
    if (caller.kind === "nobody") call.rate.chargeStranger();
    // Asked before the body is read, so that a stranger's closed door costs the app nothing.
    permit("registerUser", caller, undefined, call.served.access);
    const body = await readJson(call.request, Body);
    call.rate.charge();
    return Array.isArray(body)
      ? await createMany(accounts, call, caller, body)
      : await createOne(accounts, call, caller, body);
  };
}

async function createOne(
  accounts: Accounts,
  call: Call,
  caller: Caller,
  body: z.infer<typeof Registrant>,
): Promise<Reply> {
  return entitiesReply("post", call, [await accounts.register(call.served, caller, body)]);
}

async function createMany(
  accounts: Accounts,
  call: Call,
  caller: Caller,
  body: readonly z.infer<typeof Registrant>[],
): Promise<Reply> {
  const { users, failures } = await accounts.registerMany(call.served, caller, body);
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
