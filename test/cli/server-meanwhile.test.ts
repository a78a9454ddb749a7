import { expect, test } from "bun:test";
import { join } from "node:path";
import { keepServersOff } from "../../src/store/open.ts";
import { Cli } from "./cli.ts";

/** An operator who is asked, and answers when the test says so. */
function asked() {
  const isAsked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  async function* typed(): AsyncGenerator<string> {
    isAsked.resolve();
    yield await answer.promise;
  }
  return { stdin: typed(), isAsked: isAsked.promise, answer: answer.resolve };
}

for (const { line, typed, users } of [
  { line: "user delete a/b ada", typed: "y\n", users: ["ada"] },
  { line: "user create a/b bob --password-stdin", typed: "secret\n", users: ["ada"] },
]) {
  test(`${line}: a server that starts while it waits for an answer is noticed, and nothing is changed`, async () => {
    using cli = new Cli();
    await cli.ok("app create a/b");
    await cli.ok("user create a/b ada");
    const person = asked();
    const ending = cli.run(line, { terminal: true, stdin: person.stdin });
    await person.isAsked;
    const serving = await cli.serve();
    person.answer(typed);
    const ended = await ending;
    expect([ended.code, ended.out]).toEqual([1, ""]);
    expect(ended.err).toMatch(/usermeta: .* is being served by process \d+, listening on .*--url.*\n$/);
    const listed = await cli.json("user list a/b");
    expect(listed.map(({ username }: { username: string }) => username)).toEqual(users);
    await serving.stop();
  });
}

test("a server that starts while a command changes users waits for the command", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  const held = await keepServersOff({ engine: "sqlite", path: join(cli.folder, "data", "usermeta.db") });
  const starting = cli.serve();
  // The first try ends after this, and finds that a command has the store.
  await new Promise((resolve) => setTimeout(resolve));
  held[Symbol.dispose]();
  const serving = await starting;
  expect((await serving.stop()).code).toBe(0);
});

test("concurrent commands that change users wait for each other", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  const names = ["ada", "bob", "carol", "dave"];
  await Promise.all(names.map((name) => cli.ok(`user create a/b ${name}`)));
  expect(await cli.json("user list a/b")).toHaveLength(names.length);
});
