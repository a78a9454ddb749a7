import { Fault } from "./fault.ts";
import { entitiesOf } from "./judge-effect.ts";
import { bytesOf } from "./known-users.ts";
import { type Ask, readUser } from "./read-user.ts";
import type { WorldApp } from "./world.ts";

/** Every user matches earlier answers, and the capacity equals their sum, which is returned in bytes. */
export async function requireSum(app: WorldApp, ask: Ask): Promise<number> {
  const { users } = app;
  const names: string[] = [];
  for (let cursor = ""; ; ) {
    const page = await ask("GET", `/users?limit=100${cursor}`);
    names.push(...entitiesOf(page));
    if (page.body.cursor === undefined) break;
    cursor = `&cursor=${page.body.cursor}`;
  }
  const lost = users.names.filter((name) => !names.includes(name));
  if (users.isComplete && lost.length > 0) throw new Fault(`lost: ${lost}`);
  let sum = 0;
  for (const name of names) {
    const told = await readUser(ask, name);
    users.hear(name, told, false);
    sum += bytesOf(told.attributes);
  }
  const { data } = (await ask("GET", "/metadata/user/capacity")).body;
  if (data !== sum) throw new Fault(`the capacity of ${app.key} is ${data}, and the sum over its users ${sum}`);
  if (sum > app.appBytesMax) throw new Fault(`${app.key} holds ${sum} bytes, and may hold ${app.appBytesMax}`);
  return sum;
}
