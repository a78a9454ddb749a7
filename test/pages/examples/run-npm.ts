/** Runs a script of an example; throws with what it has said when it fails. */
export async function runNpm(folder: string, script: string, env: Readonly<Record<string, string>>): Promise<void> {
  const npm = Bun.spawn(["npm", "run", script], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([npm.stdout.text(), npm.stderr.text(), npm.exited]);
  if (code !== 0) throw new Error(`npm run ${script} ended with ${code}:\n${out}${err}`);
}
