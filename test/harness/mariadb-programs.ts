import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const PLACES = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

/** Where a program of MariaDB's is; servers are not on everybody's PATH. */
export function mariadbProgram(name: "mariadbd" | "mariadb-install-db"): string | undefined {
  return Bun.which(name) ?? PLACES.map((place) => `${place}/${name}`).find((path) => existsSync(path));
}

/** MariaDB refuses to run as root; Debian makes a user for it. Undefined = run it as whoever runs the tests. */
export function mariadbUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const number = (flag: string): number => Number(spawnSync("id", [flag, "mysql"], { encoding: "utf8" }).stdout);
  return { uid: number("-u"), gid: number("-g") };
}
