import { dlopen } from "bun:ffi";

export type Flock = (descriptor: number, operation: number) => number;

/** From sys/file.h; the same on all systems that have it. */
export const LOCK = { shared: 1, exclusive: 2, unlock: 8, noWait: 4 } as const;

const LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`],
  darwin: ["libSystem.B.dylib"],
};

let loaded: { readonly flock: Flock | undefined } | undefined;

/**
 * The system's flock(2), which neither Bun nor Node offers; undefined if there is none. Unlike SQLite's locks, these
 * survive the closing of another descriptor of the file.
 */
export function loadFlock(): Flock | undefined {
  loaded ??= { flock: load() };
  return loaded.flock;
}

function load(): Flock | undefined {
  for (const library of LIBRARIES[process.platform] ?? []) {
    try {
      return dlopen(library, { flock: { args: ["int", "int"], returns: "int" } }).symbols.flock;
    } catch {
      // Another C library: the next name.
    }
  }
  return undefined;
}
