import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

type Program = "mariadbd" | "mariadb-install-db";

const PLACES = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

/** The path of a MariaDB program; servers are not always on the PATH. */
export function findMariadbProgram(name: Program): string | undefined {
  return Bun.which(name) ?? PLACES.map((place) => `${place}/${name}`).find((path) => existsSync(path));
}

export function mariadbProgram(name: Program): string {
  const path = findMariadbProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** MariaDB refuses to run as root; Debian creates a user for it. Undefined = run as the current user. */
export function mariadbUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const number = (flag: string): number => {
    const { status, stdout } = spawnSync("id", [flag, "mysql"], { encoding: "utf8" });
    if (status !== 0) throw new Error("MariaDB does not run as root, and there is no user mysql to run it as");
    return Number(stdout);
  };
  return { uid: number("-u"), gid: number("-g") };
}

/** The start of a command line that runs a command as that user, and has the kernel end it with its parent. */
export function asMariadbUser(): readonly string[] {
  const user = mariadbUser();
  const identity = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  return ["setpriv", ...identity, "--pdeathsig", "KILL"];
}
