import { dlopen, ptr } from "bun:ffi";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Pauses a listener: meanwhile new connections wait in the kernel's queue, open ones are served, and the port stays
 * taken.
 *
 * Bun has no call for this: `stop()` also closes each connection after its answer, resets the queue, and releases the
 * port. Instead, the listening socket is removed from the epoll set of the thread's loop, and added again later
 * unchanged.
 */
export interface ListenerPause {
  pause(): void;
  resume(): void;
}

/** The members of the kernel's `struct epoll_event`, as shown in /proc. */
interface WatchedSocket {
  readonly epoll: number;
  readonly socket: number;
  readonly inode: number;
  readonly events: number;
  readonly data: bigint;
}

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const LISTENING = "0A";
/** Packed only on x86-64: the 64 bits of data follow the 32 bits of events. */
const DATA_OFFSET = process.arch === "x64" ? 4 : 8;

/**
 * Finds the listener opened by this thread. Undefined without Linux or glibc.
 * @param queueMax length of the kernel's accept queue, which may all connect at the same time after a pause
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

function pauseOf({ epoll, socket, events, data }: WatchedSocket, queueMax: number | undefined): ListenerPause {
  const { symbols } = dlopen("libc.so.6", {
    epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
    listen: { args: ["i32", "i32"], returns: "i32" },
  });
  // On a listening socket this call changes only the queue's length.
  if (queueMax !== undefined) symbols.listen(socket, queueMax);
  const event = new DataView(new ArrayBuffer(16));
  event.setUint32(0, events, true);
  event.setBigUint64(DATA_OFFSET, data, true);
  const control = (operation: number): void => {
    symbols.epoll_ctl(epoll, operation, socket, ptr(event));
  };
  return { pause: () => control(EPOLL_CTL_DEL), resume: () => control(EPOLL_CTL_ADD) };
}

/**
 * Other threads listen on the same port. A temporary listener, which no other thread shares, shows which epoll set is
 * this thread's.
 */
function findWatched(port: number): WatchedSocket | undefined {
  const own = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  try {
    const listening = listeningSockets();
    const all = watchedSockets();
    const isOn = (wanted: number | undefined) => (one: WatchedSocket) => listening.get(one.inode) === wanted;
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

function watchedSockets(): WatchedSocket[] {
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
    // Closed since the folder was listed.
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
