import { dirname, join } from "node:path";
import { Glob } from "bun";

const EXAMPLES = join(import.meta.dir, "../../../examples");

/** The names of the folders of `examples/`. */
export const EVERY_EXAMPLE: readonly string[] = [...new Glob("*/package.json").scanSync(EXAMPLES)].map(dirname).sort();
