import { ATTRIBUTES, MODIFIED, timedExample } from "../sample-values.ts";
import type { Operation } from "./operation.ts";

const FORM = "application/x-www-form-urlencoded";
const QUOTA = ["X-Quota-User-Used", "X-Quota-User-Limit"] as const;
const VERSION = ["ETag", "Last-Modified"] as const;

const FORM_CONTENT = {
  schema: "AttributesForm",
  examples: {
    profile: { summary: "A name and an avatar", value: ATTRIBUTES },
    remove: { summary: "Remove a key", value: { nickname: "Ada", sign: "" } },
  },
};

const SET_REFUSALS = [
  "no_attribute",
  "no_entity_tag",
  "user_bytes_exceeded",
  "app_bytes_exceeded",
  "set_user_unknown",
  "set_conflict",
  "precondition_failed",
  "json_for_form",
] as const;

const CHANGED = {
  description: "Stored, on disk.",
  schema: "ChangedAttributes",
  headers: [...VERSION, ...QUOTA],
  examples: {
    changed: { summary: "All attributes", value: timedExample({ data: ATTRIBUTES, lastModified: MODIFIED }) },
  },
} as const;

/** By method and path of the route table. */
export const ATTRIBUTE_OPERATIONS: Readonly<Record<string, Operation>> = {
  "PUT /metadata/user/{username}": {
    operationId: "setAttributes",
    summary: "Set attributes",
    description:
      "Adds or replaces the keys that are named and leaves the others. An empty value removes its key. Any content type but JSON, XML and multipart is read as a form. `If-Unmodified-Since` is refused with 400.",
    parameters: ["IfMatch", "IfNoneMatchOfWrite"],
    body: { content: { [FORM]: FORM_CONTENT } },
    answer: CHANGED,
    refusals: SET_REFUSALS,
  },
  "GET /metadata/user/{username}": {
    operationId: "getAttributes",
    summary: "Get attributes",
    parameters: ["IfMatch", "IfNoneMatchOfRead"],
    answer: {
      description: "The user's attributes; `data` is `{}` when there are none.",
      schema: "StoredAttributes",
      headers: VERSION,
      examples: {
        profile: { summary: "A name and an avatar", value: timedExample({ data: ATTRIBUTES, lastModified: MODIFIED }) },
      },
    },
    mayBeUnchanged: true,
    refusals: ["no_entity_tag", "precondition_failed"],
    refusalsOf: { "2021": ["get_user_unknown"] },
  },
  "DELETE /metadata/user/{username}": {
    operationId: "deleteAttributes",
    summary: "Delete attributes",
    description:
      "All of them, or those of some keys. It also succeeds where there are none, and for an admin where there is no such user.",
    parameters: ["properties", "IfMatch", "IfNoneMatchOfWrite"],
    answer: {
      description: "Deleted.",
      schema: "DeletedAttributes",
      headers: [...VERSION, ...QUOTA],
      examples: {
        all: { summary: "All", value: timedExample({ data: true }) },
        some: { summary: "Some keys", value: timedExample({ data: true, lastModified: MODIFIED }) },
      },
    },
    refusals: ["no_key", "no_entity_tag", "precondition_failed"],
  },
  "PATCH /metadata/user/{username}": {
    operationId: "patchAttributes",
    summary: "Set attributes from JSON",
    description: "A merge patch. Under any other content type the body is read as for PUT.",
    parameters: ["IfMatch", "IfNoneMatchOfWrite"],
    body: {
      content: {
        "application/merge-patch+json": {
          schema: "MergePatch",
          examples: {
            profile: {
              summary: "Text, a number, and a key to remove",
              value: { nickname: "Ada", age: 36, sign: null },
            },
          },
        },
        [FORM]: FORM_CONTENT,
      },
    },
    answer: CHANGED,
    refusals: [...SET_REFUSALS, "json_malformed"],
  },
  "POST /metadata/user/get": {
    operationId: "getManyAttributes",
    summary: "Get attributes of several users",
    description: "The body is JSON under any content type.",
    body: {
      content: {
        "application/json": {
          schema: "BatchGet",
          examples: {
            some: {
              summary: "Two keys of two users",
              value: { targets: ["ada", "bob"], properties: ["avatarurl", "nickname"] },
            },
            all: { summary: "All keys", value: { targets: ["ada"] } },
            changed: { summary: "What has changed", value: { versions: { ada: MODIFIED, bob: 0 } } },
          },
        },
      },
    },
    answer: {
      description: "The attributes that there are.",
      schema: "ManyAttributes",
      examples: {
        found: {
          summary: "One has attributes",
          value: timedExample({ data: { ada: ATTRIBUTES }, lastModified: { ada: MODIFIED } }),
        },
        changed: {
          summary: "Nothing has changed",
          value: timedExample({ data: {}, lastModified: {}, unchanged: ["ada"], removed: [] }),
        },
      },
    },
    refusals: ["argument_illegal", "json_malformed", "batch_too_large"],
  },
  "POST /metadata/user/set": {
    operationId: "setManyAttributes",
    summary: "Set attributes of several users",
    description: "The body is JSON under any content type. Each user succeeds or fails alone, unless it is `atomic`.",
    body: {
      content: {
        "application/json": {
          schema: "BatchSet",
          examples: {
            alone: {
              summary: "Each alone",
              value: { targets: { ada: { nickname: "Ada", sign: null }, nobody: { nickname: "Nobody" } } },
            },
            atomic: {
              summary: "All or nothing",
              value: { targets: { ada: { nickname: "Ada" }, bob: { nickname: "Bob" } }, atomic: true },
            },
          },
        },
      },
    },
    answer: {
      description: "Who succeeded is in `data`, the others are in `errors`.",
      schema: "ManySet",
      examples: {
        partly: {
          summary: "One of two",
          value: timedExample({
            data: { ada: ATTRIBUTES },
            lastModified: { ada: MODIFIED },
            errors: {
              nobody: {
                status: 404,
                error: "service_resource_not_found",
                error_description: "Service resource not found",
              },
            },
          }),
        },
      },
    },
    refusals: [
      "argument_illegal",
      "json_malformed",
      "batch_too_large",
      "batch_refused",
      "batch_user_illegal",
      "batch_user_too_large",
      "batch_app_too_large",
      "batch_user_unknown",
      "batch_user_not_of_version",
    ],
  },
  "GET /metadata/user/capacity": {
    operationId: "getCapacity",
    summary: "Get the size of all attributes",
    answer: {
      description: "Exactly the sum over all users.",
      schema: "Capacity",
      examples: { bytes: { summary: "Bytes", value: timedExample({ data: 1673 }) } },
    },
    refusals: [],
  },
  "GET /metadata/limits": {
    operationId: "getLimits",
    summary: "Get limits",
    description: "What the caller may, and what is used of it.",
    answer: {
      description: "The app's limits.",
      schema: "AppLimits",
      examples: {
        admin: {
          summary: "As an admin is told",
          value: timedExample({
            data: {
              limits: { userBytesMax: 2048, appBytesMax: 10_737_418_240, batchMax: 100, ratePerSecond: 100 },
              used: { appBytes: 1673 },
              rates: { set: { perSecond: 100, remaining: 100 } },
              conflicts: "refuse",
              checkExt: false,
            },
          }),
        },
      },
    },
    refusals: [],
  },
};
