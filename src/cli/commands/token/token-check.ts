import { type CheckedToken, checkToken } from "../../../check-token.ts";
import { APP_ARGUMENT, type Call, type Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { EXIT, usageError } from "../../terminal/failure.ts";
import { readLine } from "../../terminal/read-input.ts";
import { record } from "../../terminal/table.ts";

/** In place of a token: read it from stdin. */
const STDIN = "-";

export const tokenCheck: Command = {
  name: "token check",
  summary: "Show whether an app accepts a token, and whose it is or why not. The token is never printed.",
  args: [APP_ARGUMENT, { name: "token", optional: true, help: "the token; if omitted or -, the first line of stdin" }],
  async run(call) {
    const token = await givenToken(call);
    const { config } = call.loaded;
    const server = { defaults: config.defaults, operatorKey: config.operatorKey?.reveal() };
    await using opened = await openCommandStore(config, "refuse");
    const checked = await checkToken(opened.store, server, await opened.app(call.args[0] ?? ""), token);
    return { json: checked, text: text(checked), exitCode: checked.valid ? EXIT.done : EXIT.refused };
  },
};

/** The token, also as an Authorization header has it. */
async function givenToken({ args: [, given = STDIN], io }: Call): Promise<string> {
  const token = (given === STDIN ? await readLine(io.stdin) : given).trim().replace(/^Bearer\s+/i, "");
  if (token === "") throw usageError("there is no token to check: give it as the last argument, or on stdin");
  return token;
}

function text({ valid, kind, who, expires, failed, detail }: CheckedToken): string {
  return record({
    valid: valid ? "yes" : "no",
    kind,
    ...(who === null ? {} : { who: who === "admin" ? who : `the user ${who.user}` }),
    ...(valid ? { expires: expires === null ? "never" : new Date(expires).toISOString() } : {}),
    ...(failed === null ? {} : { failed }),
    ...(detail === null ? {} : { detail }),
  });
}
