import { z } from "zod";
import { CONFLICT_RULES, type Dialect, LIMIT_NAMES } from "../../core/model.ts";
import { BUCKETS } from "../../core/rate-limit-status.ts";
import { count, ms, timed } from "./envelope.ts";
import { ErrorMembers } from "./error-answers.ts";

export const Attributes = z
  .record(z.string(), z.string())
  .describe("Values by key, sorted by key. All values are text.");
export const LastModified = ms("Time of the last change of the attributes. It increases with every change.");
const lastModifieds = z.record(z.string(), LastModified).describe("`lastModified` by username.");
const Byname = z
  .record(z.string(), Attributes)
  .describe("Attributes by username, as spelled in the request. Users without attributes are omitted.");

const Deleted = timed({
  data: z.literal(true),
  lastModified: LastModified.optional(),
});

const ManyAttributes = timed({
  data: Byname,
  lastModified: lastModifieds,
  unchanged: z.array(z.string()).optional().describe("With `versions`: the users whose version is current."),
  removed: z.array(z.string()).optional().describe("With `versions`: the users that do not exist any more."),
});

const UserError = ErrorMembers.pick({ error: true, error_description: true, hint: true })
  .extend({ status: z.int().describe("The status of the same call for this user alone.") })
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

export const UserErrors = z
  .record(z.string(), UserError)
  .describe("Errors of the users that were not changed, by username.");

const ManySet = timed({ data: z.record(z.string(), Attributes), lastModified: lastModifieds, errors: UserErrors });

const Capacity = timed({ data: count("Size of the attributes of all users of the app in bytes.") });

const AppLimits = timed({
  data: z.object({
    limits: z.object(
      Object.fromEntries(LIMIT_NAMES.map((name) => [name, count("0 is unlimited.", name === "ratePerSecond")])),
    ),
    used: z.object({
      appBytes: count("For an admin.", true).optional(),
      userBytes: count("Of the caller, for a user.", true).optional(),
    }),
    rates: z
      .partialRecord(z.enum(BUCKETS), z.object({ perSecond: count(), remaining: count() }))
      .describe("By bucket; buckets without a limit are omitted."),
    conflicts: z.enum(CONFLICT_RULES).describe("How conflicting sets are handled: refused (409) or merged."),
    checkExt: z.boolean().describe("Whether an `ext` must be the text of a JSON object."),
  }),
});

export function attributeAnswers(dialect: Dialect) {
  return {
    /** In the newer dialect an unknown user is answered without a version. */
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
