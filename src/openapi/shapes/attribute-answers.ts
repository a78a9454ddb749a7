import { z } from "zod";
import { CONFLICT_RULES, type Dialect, LIMIT_NAMES } from "../../core/model.ts";
import { BUCKETS } from "../../core/rate-limit-status.ts";
import { count, ms, timed } from "./envelope.ts";
import { ErrorMembers } from "./error-answers.ts";

export const Attributes = z
  .record(z.string(), z.string())
  .describe("From key to value, sorted by key. All values are text.");
export const LastModified = ms("When the attributes were last changed. It grows with every change.");
const lastModifieds = z.record(z.string(), LastModified).describe("From username to `lastModified`.");
const Byname = z
  .record(z.string(), Attributes)
  .describe("From username, as it was spelled, to attributes. Who has none is left out.");

const Deleted = timed({
  data: z.literal(true),
  lastModified: LastModified.optional(),
});

const ManyAttributes = timed({
  data: Byname,
  lastModified: lastModifieds,
  unchanged: z.array(z.string()).optional().describe("With `versions`: whose version is that very one."),
  removed: z.array(z.string()).optional().describe("With `versions`: who are no more."),
});

const UserError = ErrorMembers.pick({ error: true, error_description: true, hint: true })
  .extend({ status: z.int().describe("What a call for this user alone would have been answered.") })
  .extend(
    ErrorMembers.pick({
      used: true,
      limit: true,
      attempted: true,
      lastModified: true,
      etag: true,
      current: true,
    }).partial().shape,
  );

export const UserErrors = z.record(z.string(), UserError).describe("From username to why they were not changed.");

const ManySet = timed({ data: z.record(z.string(), Attributes), lastModified: lastModifieds, errors: UserErrors });

const Capacity = timed({ data: count("Bytes that the attributes of all users of the app take.") });

const AppLimits = timed({
  data: z.object({
    limits: z.object(
      Object.fromEntries(LIMIT_NAMES.map((name) => [name, count("0 is no rate.", name === "ratePerSecond")])),
    ),
    used: z.object({
      appBytes: count("For an admin.", true).optional(),
      userBytes: count("Of the caller, for a user.", true).optional(),
    }),
    rates: z
      .partialRecord(z.enum(BUCKETS), z.object({ perSecond: count(), remaining: count() }))
      .describe("By bucket; one without a rate is left out."),
    conflicts: z.enum(CONFLICT_RULES).describe("What becomes of a set that another one has overtaken."),
    checkExt: z.boolean().describe("Whether an `ext` must be the text of a JSON object."),
  }),
});

export function attributeAnswers(dialect: Dialect) {
  return {
    /** In the newer dialect a user who is not there has an answer, and no version. */
    StoredAttributes: timed({
      data: Attributes,
      lastModified: dialect === "2026" ? LastModified.optional() : LastModified,
    }),
    ChangedAttributes: timed({ data: Attributes, lastModified: LastModified }),
    DeletedAttributes: Deleted,
    ManyAttributes,
    ManySet,
    Capacity,
    AppLimits,
  };
}
