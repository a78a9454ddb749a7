/** A writer's thread that regards a log of a MiB as long. */
import { COMMANDS } from "../../src/store/sqlite/commands/commands.ts";
import { serveWriter, type WriterPort } from "../../src/store/sqlite/writer/serve-writer.ts";
import { LONG_BYTES } from "./sqlite-fixture.ts";

declare const self: WriterPort;

serveWriter(self, COMMANDS, { longBytes: LONG_BYTES, longMs: 200 });
