/**
 * The entry module of the writer's thread. `writer/` has everything between a serving thread and the disk: WriterClient
 * sends commands, Claim decides which ones start, WriteLoop runs them, and group-commit.ts commits many with one fsync.
 * Start with writer-client.ts and write-loop.ts.
 */
import { COMMANDS } from "../commands/commands.ts";
import { serveWriter, type WriterPort } from "./serve-writer.ts";

declare const self: WriterPort;

serveWriter(self, COMMANDS);
