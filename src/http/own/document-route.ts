import { DIALECTS, type Dialect } from "../../core/model.ts";
import { illegal } from "../../core/refusals.ts";
import { urlOf } from "../requests/request.ts";
import type { OwnRoute } from "../routing/own-route.ts";
import { memoized } from "../static/memoized.ts";
import { serveStatic } from "../static/serve-static.ts";
import type { StaticFile } from "../static/static-file.ts";
import { textFile } from "../static/text-file.ts";

/** Writes the API's description (src/openapi), as JSON text. */
export type DocumentWriter = (dialect: Dialect) => Promise<string>;

/** For apps without a dialect. */
const DIALECT_DEFAULT: Dialect = "2021";

/** The API's document, `?dialect=2021` or `2026`. Each is written when it is first requested, and cached. */
export function documentRoute(write: DocumentWriter): OwnRoute {
  const fileOf = memoized(
    async (dialect: Dialect): Promise<StaticFile> =>
      textFile(await write(dialect), { contentType: "application/json", isShared: true }),
  );

  return {
    path: "/-/openapi.json",
    methods: ["GET"],
    async answer(request) {
      const asked = urlOf(request).searchParams.get("dialect") ?? DIALECT_DEFAULT;
      const dialect = DIALECTS.find((each) => each === asked);
      if (dialect === undefined) throw illegal("dialect: neither 2021 nor 2026");
      return await serveStatic(await fileOf(dialect), request);
    },
  };
}
