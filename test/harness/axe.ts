import { join } from "node:path";
import type { Page } from "playwright-core";

const SOURCE = join(import.meta.dir, "../../node_modules/axe-core/axe.min.js");

/** Rules of axe, with the number of elements that break each. */
export type Findings = Readonly<Record<string, number>>;

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[];
}

/**
 * Runs axe on the page.
 * @param within a CSS selector; defaults to the whole page
 * @param without a part of it to skip
 */
export async function axeFindings(page: Page, within = "html", without?: string): Promise<Findings> {
  // Not through a script element, which the page's policy (CSP) forbids.
  await page.evaluate(await Bun.file(SOURCE).text());
  const context = { include: [within], ...(without === undefined ? {} : { exclude: [without] }) };
  // as: the result of axe.run
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(context)})`)) as AxeResult;
  if (process.env.AXE_DETAILS !== undefined) console.log(JSON.stringify(violations, undefined, 1));
  return Object.fromEntries(violations.map(({ id, nodes }) => [id, nodes.length]));
}
