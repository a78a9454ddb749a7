import { chownSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asMariadbUser, mariadbProgram, mariadbUser } from "./mariadb-programs.ts";

/** Runs until its input ends, which happens when the process that holds it ends, in any way. */
const REMOVE_AT_END = 'trap "" INT TERM HUP; cat >/dev/null; rm -rf -- "$0"';

/**
 * A data folder owned by the database's user. A separate process removes it when this process ends: `bun test` emits no
 * "exit" event, and a test run may be killed.
 */
export class MariadbFolder implements AsyncDisposable {
  /** Short, because the path of a socket is limited to 107 bytes. */
  readonly path = mkdtempSync(join(tmpdir(), "um-db-"));
  readonly #remover = Bun.spawn(["sh", "-c", REMOVE_AT_END, this.path], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  });

  /** With the tables of a new MariaDB. */
  static installed(): MariadbFolder {
    const folder = new MariadbFolder();
    run([
      ...asMariadbUser(),
      mariadbProgram("mariadb-install-db"),
      "--no-defaults",
      `--datadir=${folder.data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
      "--innodb-log-file-size=16M",
    ]);
    return folder;
  }

  private constructor() {
    const owner = mariadbUser();
    if (owner !== undefined) chownSync(this.path, owner.uid, owner.gid);
  }

  get data(): string {
    return join(this.path, "data");
  }

  /** Copies data that no server has open. */
  copy(): MariadbFolder {
    const folder = new MariadbFolder();
    run(["cp", "-a", this.data, folder.path]);
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remover.stdin.end();
    await this.#remover.exited;
  }
}

function run(command: readonly string[]): void {
  const { success, stderr } = Bun.spawnSync([...command], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  if (!success) throw new Error(`${command.join(" ")} failed: ${stderr.toString()}`);
}
