import { type TransferReader, type TransferUser, USER_FIELDS } from "./transfer.ts";
import { userPages } from "./user-pages.ts";

/**
 * Names users of an app that differ between two stores; the texts contain no stored data.
 * @param countMax how many to name
 */
export async function userDifferences(
  source: TransferReader,
  target: TransferReader,
  app: number,
  countMax: number,
): Promise<readonly string[]> {
  await using sources = usersOf(source, app);
  await using targets = usersOf(target, app);
  const differences: string[] = [];
  let [left, right] = [await next(sources), await next(targets)];
  while (differences.length < countMax && (left !== undefined || right !== undefined)) {
    if (right === undefined || (left !== undefined && left.name < right.name)) {
      differences.push(`user ${left?.name} is missing`);
      left = await next(sources);
    } else if (left === undefined || right.name < left.name) {
      differences.push(`user ${right.name} is not in the source`);
      right = await next(targets);
    } else {
      const fields = differingFields(left, right);
      if (fields.length > 0) differences.push(`user ${left.name} differs in ${fields.join(", ")}`);
      [left, right] = [await next(sources), await next(targets)];
    }
  }
  return differences;
}

function differingFields(one: TransferUser, other: TransferUser): readonly string[] {
  return USER_FIELDS.filter((field) => one[field] !== other[field]);
}

async function* usersOf(reader: TransferReader, app: number): AsyncGenerator<TransferUser> {
  for await (const page of userPages(reader, app)) yield* page;
}

async function next(users: AsyncGenerator<TransferUser>): Promise<TransferUser | undefined> {
  const { done, value } = await users.next();
  return done ? undefined : value;
}
