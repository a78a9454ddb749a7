/** The entry point of a serving worker. */
import { serveWorker, type WorkerPort } from "./serve-worker.ts";

declare const self: WorkerPort;

serveWorker(self);
