import { describe, expect, test } from "bun:test";
import { openStore } from "../../src/store/open.ts";
import { copyStore } from "../../src/store/transfer/copy-store.ts";
import { openTransferSource, openTransferTarget } from "../../src/store/transfer/open-transfer.ts";
import { PAGE_BYTES_MAX, pageLength } from "../../src/store/transfer/transfer.ts";
import { addApp, addUsers } from "../contract/open-for-test.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { faultOf } from "./sqlite-fixture.ts";
import {
  addLargeUsers,
  contentsOf,
  copyBetween,
  type Engine,
  fill,
  freshPlace,
  type Place,
} from "./transfer-fixture.ts";

const DIRECTIONS: readonly (readonly [Engine, Engine])[] = mariadbIsMissing()
  ? [["sqlite", "sqlite"]]
  : [
      ["sqlite", "mysql"],
      ["mysql", "sqlite"],
    ];

for (const [from, to] of DIRECTIONS) {
  describe(`${from} to ${to}`, () => {
    test("everything arrives unchanged, except the users of deleted apps", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      const { apps, keys, differences } = await copyBetween(one, other);
      expect(differences).toEqual([]);
      expect(apps.map(({ app, users, withPassword }) => [app.key as string, users, withPassword])).toEqual([
        ["org/one", 12, 6],
        ["org/two", 1, 0],
      ]);
      expect(keys).toBe(2);
      const [sent, arrived] = [await contentsOf(one), await contentsOf(other)];
      expect(arrived).toEqual(sent);
      expect(sent.users.get("org/one")).toHaveLength(12);
      expect(JSON.stringify([...arrived.users])).not.toContain("left-behind");
    });

    test("the copy serves: usage is exact, and no number is assigned twice", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      const { apps } = await copyBetween(one, other);
      await using store = await openStore(other.location);
      for (const { app, bytes } of apps)
        expect([app.number, await store.usage(app.number)]).toEqual([app.number, bytes]);
      // 1 and 4 have been deleted.
      expect(await addApp(store, "org/new")).toMatchObject({ number: 5 });
      expect(await store.addSigningKey(new Uint8Array([1]), 9000)).toMatchObject({ id: 3 });
      await addUsers(store, apps[0]?.app ?? (await addApp(store, "none/none")), "newcomer");
    });

    test("a row that is damaged before verification is named, and the copy gets no apps; the next copy succeeds", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      const breaking =
        "UPDATE users SET attributes = '{\"key\":\"\"}', version = version + 2 WHERE app = 2 AND name = 'aa'";
      const broken = await copyBetween(one, other, { beforeVerifying: () => other.change(breaking) });
      expect(broken.differences).toEqual([
        expect.stringMatching(/^org\/one: versions: \d+ copied, \d+ found$/),
        expect.stringMatching(/^org\/one: checksum: [0-9a-f]{64} copied, [0-9a-f]{64} found$/),
        "org/one: user aa differs in version, attributes",
      ]);
      expect((await contentsOf(other)).globals.apps).toEqual([]);

      const events: string[] = [];
      const again = await copyBetween(one, other, { tell: ({ phase }) => events.push(phase) });
      expect([again.differences, events[0]]).toEqual([[], "cleared"]);
      expect(await contentsOf(other)).toEqual(await contentsOf(one));
    });

    test("missing and surplus rows are named", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      const renaming = "UPDATE users SET name = 'c' WHERE app = 2 AND name = 'b'";
      const { differences } = await copyBetween(one, other, { beforeVerifying: () => other.change(renaming) });
      expect(differences.slice(-2)).toEqual(["org/one: user b is missing", "org/one: user c is not in the source"]);
    });

    test("an interrupted copy leaves no app, and starts again", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      const interrupting = copyBetween(one, other, {
        tell(progress) {
          if (progress.phase === "copying" && progress.done > 0) throw new Error("interrupted");
        },
      });
      await expect(interrupting).rejects.toThrow("interrupted");
      expect((await contentsOf(other)).globals).toMatchObject({ apps: [], keys: [] });
      const events: string[] = [];
      await copyBetween(one, other, { tell: ({ phase }) => events.push(phase) });
      expect(events[0]).toBe("cleared");
      expect(await contentsOf(other)).toEqual(await contentsOf(one));
    });

    test("differences in apps and usage are found as well", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      await using source = await openTransferSource(one.location);
      await using target = await openTransferTarget(other.location);
      const put = target.putGlobals;
      target.putGlobals = async (globals, usage) => {
        await put(globals, usage);
        await other.change("UPDATE app_usage SET used = used + 1 WHERE app = 3");
        await other.change("UPDATE apps SET batch_max = 8 WHERE number = 2");
      };
      const { differences } = await copyStore(source, target, () => {});
      expect(differences).toEqual([
        "org/one: the app itself differs or is missing",
        expect.stringMatching(/^org\/two: usage: 0 bytes copied, \d+ found$/),
      ]);
    });

    test("a store that has apps is no target, and stays as it is", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      await fill(other);
      const before = await contentsOf(other);
      expect(await faultOf(copyBetween(one, other))).toMatchObject({
        fault: "location_illegal",
        message: expect.stringMatching(/has apps already: copy into a store that has none$/),
      });
      expect(await contentsOf(other)).toEqual(before);
    });

    test("a store that is served is neither source nor target", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      for (const place of [one, other]) {
        await using _server = await serve(place);
        expect(await faultOf(copyBetween(one, other))).toMatchObject({ fault: "in_use" });
      }
      expect((await copyBetween(one, other)).differences).toEqual([]);
    });

    test("a copy of a source that changes meanwhile fails", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      const changing = "UPDATE apps SET batch_max = 8 WHERE number = 2";
      const copying = copyBetween(one, other, { beforeVerifying: () => one.change(changing) });
      expect(await faultOf(copying)).toMatchObject({
        fault: "in_use",
        message: expect.stringContaining("was changed"),
      });
      expect((await contentsOf(other)).globals.apps).toEqual([]);
    });

    test("pages hold a few MB at most, however large the users are, and lose none", async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      await addLargeUsers(one, 2, 60, 200_000);
      const pages: number[] = [];
      const { apps, differences } = await copyBetween(one, other, {
        tell(progress) {
          if (progress.phase === "copying") pages.push(progress.done);
        },
      });
      expect(differences).toEqual([]);
      expect(apps[0]?.users).toBe(72);
      // 12 MB in pages of 4 MB and less, and the few small users of each app.
      expect(pages.length).toBeGreaterThanOrEqual(5);
      expect(await contentsOf(other)).toEqual(await contentsOf(one));
    });
  });
}

describe.skipIf(mariadbIsMissing())("a database of the cluster's", () => {
  test("rows of dead servers do not hinder a copy", async () => {
    await using one = await freshPlace("sqlite");
    await using other = await freshPlace("mysql");
    await fill(one);
    await makeTables(other);
    await other.change(server("dead"));
    expect((await copyBetween(one, other)).differences).toEqual([]);
  });

  test("a server that starts during the copy does not see half of it", async () => {
    await using one = await freshPlace("sqlite");
    await using other = await freshPlace("mysql");
    await fill(one);
    const arriving = copyBetween(one, other, { beforeVerifying: () => other.change(server("alive")) });
    expect(await faultOf(arriving)).toMatchObject({ fault: "in_use", message: expect.stringContaining("a usermeta") });
  });

  test("data that a server creates meanwhile is neither kept nor overwritten", async () => {
    await using one = await freshPlace("sqlite");
    await using other = await freshPlace("mysql");
    await fill(one);
    const making = "INSERT INTO signing_keys (id, secret, created) VALUES (1, 'x', 1)";
    const copying = copyBetween(one, other, { beforeVerifying: () => other.change(making) });
    expect(await faultOf(copying)).toMatchObject({ fault: "in_use", message: expect.stringContaining("been served") });
    expect((await contentsOf(other)).globals).toMatchObject({ apps: [], keys: [{ id: 1 }] });
  });

  for (const [from, to] of DIRECTIONS) {
    test(`${from} to ${to}: a lost connection is replaced`, async () => {
      await using one = await freshPlace(from);
      await using other = await freshPlace(to);
      await fill(one);
      await addLargeUsers(one, 2, 60, 200_000);
      let killing: Promise<unknown> | undefined;
      const { differences } = await copyBetween(one, other, {
        tell({ phase }) {
          if (phase === "copying") killing ??= Promise.all([one.disconnect(), other.disconnect()]);
        },
      });
      await killing;
      expect(differences).toEqual([]);
      expect(await contentsOf(other)).toEqual(await contentsOf(one));
    });
  }
});

function server(id: string): string {
  return `INSERT INTO servers (id, slot, beat, schema_known, demand) VALUES ('${id}', 0, 5, 1, '[]')`;
}

async function makeTables({ location }: Place): Promise<void> {
  await using _target = await openTransferTarget(location);
}

/** Registers a server as the engine does; resolves when others can see it. */
async function serve(place: Place): Promise<AsyncDisposable> {
  const store = await openStore(place.location, { exclusive: true, listen: "here" });
  const beat = async (): Promise<void> => {
    await store.publishDemand([]);
  };
  await eventually(beat);
  const timer = setInterval(() => void beat(), 500);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await store[Symbol.asyncDispose]();
    },
  };
}

test("a page ends with the user that fills it, and has one at least", () => {
  expect(pageLength([])).toBe(0);
  expect(pageLength([10, 10, 10])).toBe(3);
  expect(pageLength([PAGE_BYTES_MAX * 2, 10])).toBe(1);
  expect(pageLength([10, PAGE_BYTES_MAX, 10])).toBe(2);
});
