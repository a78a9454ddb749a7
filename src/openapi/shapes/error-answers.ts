import { z } from "zod";
import { count, ms, timed } from "./envelope.ts";

const differing = z
  .record(z.string(), z.union([z.string(), z.null()]))
  .describe("Keys of the request whose present value is another one; `null`: the key is not there.");

/** What errors can hold. */
export const ErrorMembers = timed({
  error: z.string().describe("The machine's word for it."),
  error_description: z.string().describe("Text for people."),
  desc: z.string().describe("The old text of the metadata service."),
  exception: z.string().optional().describe("The name that old clients know it by."),
  hint: z.string().optional().describe("What to do about it, for developers. Programs should not look for its words."),
  used: count("Bytes in use, where the caller may know.").optional(),
  limit: count("The limit, bytes."),
  attempted: count("Bytes that it would have come to, where the caller may know.").optional(),
  lastModified: ms("Of what is stored; none for a user who is not there.").optional(),
  etag: z.string().optional().describe("The ETag of what is stored."),
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

/** Metadata calls carry `desc`; so does what is refused before the server knows what it was for. */
export const ErrorAnswer = z.object({ ...common, desc: ErrorMembers.shape.desc.optional() });
export const MetadataError = z.object({ ...common, desc: ErrorMembers.shape.desc });
export const SizeError = MetadataError.extend(ErrorMembers.pick({ used: true, limit: true, attempted: true }).shape);
export const VersionError = MetadataError.extend({
  ...ErrorMembers.pick({ lastModified: true, etag: true }).shape,
  current: differing,
});
export const UserUnknownError = MetadataError.extend({ data: z.object({}).optional().describe("Always `{}`.") });
