/**
 * A writer's thread whose `clearAttributes` has faults on demand: a user called `poison…` makes it throw after a
 * change, `die` ends the thread in the middle of the transaction, `crash` ends it
 * soon after with an error that nothing catches, `fill` and `unfill` make the disk full and not, `hang` never returns,
 * `freeze` blocks the thread for FROZEN_MS in the middle of the transaction, as an unresponsive disk does.
 */
import { COMMANDS } from "../../src/store/sqlite/commands/commands.ts";
import { serveWriter, type WriterPort } from "../../src/store/sqlite/writer/serve-writer.ts";
import { FROZEN_MS } from "./sqlite-fixture.ts";

declare const self: WriterPort;

serveWriter(self, {
  ...COMMANDS,
  clearAttributes(connection, app, name, now) {
    COMMANDS.clearAttributes(connection, app, name, now);
    switch (name.replace(/\d+$/, "")) {
      case "poison":
        connection.run("UPDATE users SET version = version + 1000");
        connection.run("INSERT INTO no_such_table VALUES (1)");
        break;
      case "die":
        connection.run("UPDATE users SET version = version + 1000");
        process.exit(1);
        break;
      case "crash":
        setTimeout(() => {
          throw new RangeError("a value of ada's");
        });
        break;
      case "freeze":
        Bun.sleepSync(FROZEN_MS);
        break;
      case "hang":
        for (;;);
      case "fill":
        connection.get("PRAGMA max_page_count = 1");
        break;
      case "unfill":
        connection.get("PRAGMA max_page_count = 1000000");
        break;
    }
  },
});
