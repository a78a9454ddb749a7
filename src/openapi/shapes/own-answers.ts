import { z } from "zod";

const Health = z.object({ status: z.literal("alive") });
const Ready = z.object({
  status: z.literal("ready"),
  troubles: z
    .array(z.string())
    .optional()
    .describe(
      "Conditions that need the operator's attention although the server is ready: `log_long`, `page_damaged`.",
    ),
});
const NotReady = z.object({ status: z.string() });
const OpenApiDocument = z.record(z.string(), z.unknown()).describe("An OpenAPI 3.1 document: this one.");

export const OWN_ANSWERS = { Health, Ready, NotReady, OpenApiDocument };
