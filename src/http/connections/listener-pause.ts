import { dlopen, ptr } from "bun:ffi";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * A listener that takes no connections for a while. Those that come meanwhile wait in the kernel's queue, the open ones
 * are served, and the port stays taken.
 *
 * Bun has no call for it: `stop()` also closes each connection after its answer, resets what waits in the queue, and
 * gives up the port. So the listening socket is taken out of the set of descriptors that the thread's loop waits for
 * (epoll), and put back as it was.
 */
export interface ListenerPause {
  pause(): void;
  resume(): void;
}

/** The members of the kernel's `struct epoll_event` as /proc shows them. */
interface Watched {
  readonly epoll: number;
  readonly socket: number;
  readonly inode: number;
  readonly events: number;
  readonly data: bigint;
}

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const LISTENING = "0A";
/** Packed on x86-64 alone: the 64 bits of data follow the 32 bits of events. */
const DATA_OFFSET = process.arch === "x64" ? 4 : 8;

/**
 * Of a listener that this very thread has opened. Undefined where the system does not show it: not on Linux, or there
 * is no glibc.
 * @param queueMax so many connections may wait in the kernel's queue, all of which come in at once after a pause
 */
export function findListener(port: number, queueMax: number | undefined): ListenerPause | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const watched = findWatched(port);
    return watched === undefined ? undefined : pauseOf(watched, queueMax);
  } catch {
    return undefined;
  }
}

function pauseOf({ epoll, socket, events, data }: Watched, queueMax: number | undefined): ListenerPause {
  const { symbols } = dlopen("libc.so.6", {
    epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
    listen: { args: ["i32", "i32"], returns: "i32" },
  });
  // Of a socket that listens already, it changes the queue's length and nothing else.
  if (queueMax !== undefined) symbols.listen(socket, queueMax);
  const event = new DataView(new ArrayBuffer(16));
  event.setUint32(0, events, true);
  event.setBigUint64(DATA_OFFSET, data, true);
  const control = (operation: number): void => {
    symbols.epoll_ctl(epoll, operation, socket, ptr(event));
  };
  return { pause: () => control(EPOLL_CTL_DEL), resume: () => control(EPOLL_CTL_ADD) };
}

/** Other threads have listeners on the same port. What this one waits for is seen by a listener that nobody shares. */
function findWatched(port: number): Watched | undefined {
  const own = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  try {
    const listening = listeningSockets();
    const all = watchedSockets();
    const isOn = (wanted: number | undefined) => (one: Watched) => listening.get(one.inode) === wanted;
    const epoll = all.find(isOn(own.port))?.epoll;
    return all.filter(isOn(port)).find((one) => one.epoll === epoll);
  } finally {
    void own.stop(true);
  }
}

/** The ports of all listening sockets, by inode. */
function listeningSockets(): ReadonlyMap<number, number> {
  const lines = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].flatMap((path) => readLines(path).slice(1));
  return new Map(
    lines.flatMap((line) => {
      const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
      const port = Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16);
      return state === LISTENING ? [[Number(inode), port] as const] : [];
    }),
  );
}

function watchedSockets(): Watched[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    if (!isEpoll(fd)) return [];
    return readLines(`/proc/self/fdinfo/${fd}`).flatMap((line) => {
      const found = /^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+).* ino:([0-9a-f]+)/.exec(line);
      if (found === null) return [];
      const [, socket, events = "", data, inode = ""] = found;
      return [
        {
          epoll: Number(fd),
          socket: Number(socket),
          inode: Number.parseInt(inode, 16),
          events: Number.parseInt(events, 16),
          data: BigInt(`0x${data}`),
        },
      ];
    });
  });
}

function isEpoll(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === "anon_inode:[eventpoll]";
  } catch {
    // Closed since the folder was read.
    return false;
  }
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}
