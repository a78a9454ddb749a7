/** The entry of the writer's thread. */
import { COMMANDS } from "../commands.ts";
import { serveWriter, type WriterPort } from "./serve-writer.ts";

declare const self: WriterPort;

serveWriter(self, COMMANDS);
