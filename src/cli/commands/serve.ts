import { readFileSync } from "node:fs";
import { reloadOperatorKey } from "../../config/load.ts";
import { OPTION_KEYS } from "../../config/options.ts";
import { createEvents, type OperatorEvents } from "../../ops/events.ts";
import { openLog } from "../../ops/log.ts";
import { systemTimers } from "../../system/timers.ts";
import type { Command } from "../command.ts";
import { closeInTime } from "../serve/close-in-time.ts";
import { checkHost } from "../serve/listening.ts";
import { type StartedServer, startServer } from "../serve/start-server.ts";
import { startUpText } from "../serve/start-up-text.ts";
import { whenReachable } from "../serve/when-reachable.ts";
import { storeLocation } from "../store/command-store.ts";
import { storeFlag } from "../store/store-flag.ts";
import { aborted } from "../terminal/aborted.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import { refused } from "../terminal/failure.ts";
import { programName } from "../terminal/program-name.ts";

export const serve: Command = {
  name: "serve",
  summary: "Run the server until SIGTERM or SIGINT. On an empty default store it creates an app to try.",
  options: OPTION_KEYS,
  silent: true,
  async run({ loaded, io }) {
    const { config, settings } = loaded;
    const stop = io.stopSignal();
    let isOver = false;
    const output = {
      isTTY: io.stderr.isTTY ?? false,
      // An aborted request may still fail after this. "stopped" must be the last line.
      write: (text: string) => isOver || io.stderr.write(text),
    };
    // SIGHUP may arrive while the start waits for the store, after the secrets were read.
    let isReloadDue = false;
    let reload = (): void => {
      isReloadDue = true;
    };
    io.onHangup(() => reload());
    const events = createEvents(openLog(config.log, output), systemTimers);
    io.onCrash((error) => events.crashed(error));
    const location = storeLocation(config);
    const store = config.store.text;

    const storeIsDefault = settings.some(({ key, source }) => key === "store" && source === "default");
    const start = async (): Promise<StartedServer> => {
      await checkHost(config.listen);
      return await startServer(config, location, storeIsDefault, events);
    };
    const started = await whenReachable(start, {
      stop,
      onUnreachable: (error) => events.storeUnreachable({ store, error }),
    });
    let failure: Error | undefined;
    if (started !== undefined) {
      const { service, url: server, demo, appCount, hasPages } = started;
      reload = () => service.reload(newOperatorKey(io, events));
      if (isReloadDue) reload();
      events.serving({ url: server, store, apps: appCount });
      const { limits } = config.defaults;
      const terminal = io.stdout.isTTY ?? false;
      io.stdout.write(
        startUpText({
          server,
          location,
          demo,
          appCount,
          hasPages,
          limits,
          createApp: `${programName(io.env)} app create ORG/APP${storeFlag({ loaded, io })}`,
          terminal,
        }),
      );

      failure = await Promise.race([service.failed, aborted(stop)]);
      if (failure === undefined) events.stopping();
      else events.storeFailed(failure);
      await closeInTime(started, events);
    }
    events.stopped();
    isOver = true;
    if (failure !== undefined) throw refused(`the store failed permanently: ${failure.message}`);
    return undefined;
  },
};

/** Undefined: keep the current key. */
function newOperatorKey({ env, cwd }: CommandContext, events: OperatorEvents): string | undefined {
  const key = reloadOperatorKey({ env, cwd, readFile: (path) => readFileSync(path, "utf8") });
  if (typeof key !== "string") return key?.reveal();
  events.secretKept({ reason: key });
  return undefined;
}
