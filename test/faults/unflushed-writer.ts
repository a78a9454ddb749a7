/** The entry of a writer's thread that does not have the disk flush anything. */
import { COMMANDS } from "../../src/store/sqlite/commands/commands.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { serveWriter, type WriterPort } from "../../src/store/sqlite/writer/serve-writer.ts";

declare const self: WriterPort;

const { exec } = Connection.prototype;
Connection.prototype.exec = function (sql) {
  exec.call(this, sql.replace("synchronous = FULL", "synchronous = OFF"));
};

serveWriter(self, COMMANDS);
