import { z } from "zod";
import { count, ms, timed } from "./envelope.ts";

const differing = z
  .record(z.string(), z.union([z.string(), z.null()]))
  .describe("Current values of the keys in the request that differ; `null`: the key is not set.");

/** All members of errors. */
export const ErrorMembers = timed({
  error: z.string().describe("The error code, for programs."),
  error_description: z.string().describe("Text for people."),
  desc: z.string().describe("The text of the old metadata service."),
  exception: z.string().optional().describe("The name by which old clients recognize the error."),
  hint: z
    .string()
    .optional()
    .describe("A remedy, for developers. Its wording may change, so programs should not match it."),
  used: count("Bytes in use, if the caller may know.").optional(),
  limit: count("The limit in bytes."),
  attempted: count("Bytes that the call would have stored in total, if the caller may know.").optional(),
  lastModified: ms("Of the stored version; absent if the user does not exist.").optional(),
  etag: z.string().optional().describe("The ETag of the stored version."),
  current: differing.optional(),
});

const common = {
  ...ErrorMembers.pick({
    error: true,
    exception: true,
    timestamp: true,
    duration: true,
    error_description: true,
    hint: true,
  }).shape,
};

/** `desc` is in errors of metadata calls, and in refusals before routing. */
export const ErrorAnswer = z.object({ ...common, desc: ErrorMembers.shape.desc.optional() });
export const MetadataError = z.object({ ...common, desc: ErrorMembers.shape.desc });
export const SizeError = MetadataError.extend(ErrorMembers.pick({ used: true, limit: true, attempted: true }).shape);
export const VersionError = MetadataError.extend({
  ...ErrorMembers.pick({ lastModified: true, etag: true }).shape,
  current: differing,
});
export const UserUnknownError = MetadataError.extend({ data: z.object({}).optional().describe("Always `{}`.") });
