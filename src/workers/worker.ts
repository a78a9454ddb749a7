/** The entry of a serving worker's thread. */
import { serveWorker, type WorkerPort } from "./serve-worker.ts";

declare const self: WorkerPort;

serveWorker(self);
