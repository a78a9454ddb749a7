import { randomUUID } from "node:crypto";
import { userName } from "../../../src/core/model.ts";
import type { NewUser } from "../../../src/core/ports/user-store.ts";
import type { Answer } from "../../harness/client.ts";
import { from } from "../../harness/from-address.ts";
import { connectRaw, type RawConnection } from "../../harness/raw.ts";
import { runLimited } from "../../harness/run-limited.ts";
import type { AuthorityApp } from "./authority-app.ts";
import type { Subject } from "./call-row.ts";
import { bearerOf } from "./callers.ts";
import { pathOf } from "./calls.ts";
import { CELLS, type Cell, MOMENTS, type Moment } from "./cells.ts";

/** One request of the table, on a connection of its own and about a user of its own. */
export interface CellRequest {
  readonly cell: Cell;
  readonly moment: Moment;
  readonly subject: Subject;
  /** Undefined until it is answered. */
  readonly status: number | undefined;
  /** Shows the server the bearer, which it knows from then on. */
  introduce(): Promise<void>;
  /** Sends all but the last byte. */
  begin(): void;
  end(): void;
  answered(): Promise<number>;
  /** Undefined where nothing lasting comes of the call. */
  isDone(): Promise<boolean | undefined>;
}

const AT_ONCE = 20;

/** A request of each cell for each moment. */
export async function cellRequests(app: AuthorityApp, stack: AsyncDisposableStack): Promise<readonly CellRequest[]> {
  const wanted = CELLS.flatMap((cell) => MOMENTS.map((moment) => ({ cell, moment })));
  const subjects = wanted.map((_, index): Subject => {
    return { user: draftUser(index), newName: `new-${index}`, credentials: app.credentials };
  });
  await app.service.store.insertUsers(
    app.app.number,
    subjects.map(({ user }) => user),
  );
  const named = wanted.flatMap(({ cell }, index) =>
    cell.call.needs === "removeMetadata" ? subjects.slice(index, index + 1).map(({ user }) => user.name) : [],
  );
  await app.giveAttributes(named);
  return await runLimited([...wanted.entries()], AT_ONCE, async ([index, { cell, moment }]) => {
    const subject = subjects[index];
    if (subject === undefined) throw new Error("there is a subject for each request");
    const makers = { ...app, appKey: app.app.key, adminToken: app.admin.token, ownToken: app.admin.tokenOf };
    const bearer = await bearerOf(cell.caller, subject.user.name, makers);
    const connection = stack.use(await connectRaw(app.service.origin));
    return cellRequest({ app, cell, moment, subject, bearer, connection, address: addressOf(index) });
  });
}

interface Parts extends Pick<CellRequest, "cell" | "moment" | "subject"> {
  readonly app: AuthorityApp;
  readonly bearer: string | undefined;
  readonly connection: RawConnection;
  readonly address: string;
}

function cellRequest({ app, cell, moment, subject, bearer, connection, address }: Parts): CellRequest {
  const { call } = cell;
  const body = call.body(subject);
  const prefix = `/${app.app.key}`;
  const headers = [
    ...Object.entries(from(address)),
    ...(bearer === undefined ? [] : [["Authorization", `Bearer ${bearer}`] as const]),
  ];
  let status: number | undefined;
  let answer: Promise<Answer> | undefined;
  return {
    cell,
    moment,
    subject,
    get status() {
      return status;
    },
    async introduce() {
      if (bearer === undefined) return;
      const known = await connection.call("GET", `${prefix}/metadata/limits`, { headers });
      if (known.status !== 200) throw new Error(`${cell.caller.name}: ${known.status} ${known.text}`);
    },
    begin() {
      const path = `${prefix}${pathOf(call, subject)}`;
      const type = call.contentType === undefined ? [] : [["Content-Type", call.contentType] as const];
      connection.request(call.method, path, {
        headers: [...headers, ...type, ["Content-Length", String(body.length)]],
        body: body.slice(0, -1),
      });
      answer = connection.answer();
      answer.then(
        (answered) => {
          status = answered.status;
        },
        () => {},
      );
    },
    end: () => connection.write(body.slice(-1)),
    async answered() {
      if (answer === undefined) throw new Error("the request was not begun");
      return (await answer).status;
    },
    async isDone() {
      return await call.isDone?.({ store: app.service.store, app: app.app.number }, subject);
    },
  };
}

/**
 * Of different ages, so that a page of the list can begin with any of them; and no name is another's with digits
 * after it, for then a dynamic token could be read as the other's.
 */
export function draftUser(index: number): NewUser {
  const name = userName(`user-${index}-x`);
  if (name === undefined) throw new Error("it is a legal name");
  return { id: randomUUID(), name, passwordHash: "quick old", nickname: null, created: 1_700_000_000_000 + index * 10 };
}

/** Each from another address: one address with this many failures would be limited. */
export function addressOf(index: number): string {
  return `10.${Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`;
}
