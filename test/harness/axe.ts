import { join } from "node:path";
import type { Page } from "playwright-core";

const SOURCE = join(import.meta.dir, "../../node_modules/axe-core/axe.min.js");

/** A rule of axe, and how many elements break it. */
export type Findings = Readonly<Record<string, number>>;

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[];
}

/**
 * What axe finds.
 * @param within a CSS selector; the whole page where it is left out
 * @param without a part of it that is left out
 */
export async function axeFindings(page: Page, within = "html", without?: string): Promise<Findings> {
  // Not by a script element, which the page's policy refuses.
  await page.evaluate(await Bun.file(SOURCE).text());
  const context = { include: [within], ...(without === undefined ? {} : { exclude: [without] }) };
  // as: what axe.run answers
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(context)})`)) as AxeResult;
  if (process.env.AXE_DETAILS !== undefined) console.log(JSON.stringify(violations, undefined, 1));
  return Object.fromEntries(violations.map(({ id, nodes }) => [id, nodes.length]));
}
