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
  description: "The change was stored durably.",
  schema: "ChangedAttributes",
  headers: [...VERSION, ...QUOTA],
  examples: {
    changed: {
      summary: "All attributes of the user",
      value: timedExample({ data: ATTRIBUTES, lastModified: MODIFIED }),
    },
  },
} as const;

/** Keyed by method and path of the route table. */
export const ATTRIBUTE_OPERATIONS: Readonly<Record<string, Operation>> = {
  "PUT /metadata/user/{username}": {
    operationId: "setAttributes",
    summary: "Set attributes",
    description:
      "Adds or replaces the keys in the request and leaves all others unchanged. An empty value removes its key. The body is read as a form, whatever its content type, except JSON, XML and multipart. `If-Unmodified-Since` is refused with 400.",
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
      description: "The user's attributes; `data` is `{}` if there are none.",
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
      "Deletes all attributes, or only some keys. Also succeeds if there are none and, for an admin, if the user does not exist.",
    parameters: ["properties", "IfMatch", "IfNoneMatchOfWrite"],
    answer: {
      description: "The attributes were deleted.",
      schema: "DeletedAttributes",
      headers: [...VERSION, ...QUOTA],
      examples: {
        all: { summary: "All attributes", value: timedExample({ data: true }) },
        some: { summary: "Some keys", value: timedExample({ data: true, lastModified: MODIFIED }) },
      },
    },
    refusals: ["no_key", "no_entity_tag", "precondition_failed"],
  },
  "PATCH /metadata/user/{username}": {
    operationId: "patchAttributes",
    summary: "Set attributes from JSON",
    description: "The body is a merge patch. With any other content type it is read as for PUT.",
    parameters: ["IfMatch", "IfNoneMatchOfWrite"],
    body: {
      content: {
        "application/merge-patch+json": {
          schema: "MergePatch",
          examples: {
            profile: {
              summary: "A text, a number, and a key to remove",
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
    description: "The body is JSON, with any content type.",
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
            changed: { summary: "Changes since known versions", value: { versions: { ada: MODIFIED, bob: 0 } } },
          },
        },
      },
    },
    answer: {
      description: "The attributes of those users that have any.",
      schema: "ManyAttributes",
      examples: {
        found: {
          summary: "One user has attributes",
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
    description:
      "The body is JSON, with any content type. Each user succeeds or fails separately, unless `atomic` is true.",
    body: {
      content: {
        "application/json": {
          schema: "BatchSet",
          examples: {
            alone: {
              summary: "Separately",
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
      description: "Users that succeeded are in `data`, all others in `errors`.",
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
      description: "The exact sum over all users.",
      schema: "Capacity",
      examples: { bytes: { summary: "Bytes", value: timedExample({ data: 1673 }) } },
    },
    refusals: [],
  },
  "GET /metadata/limits": {
    operationId: "getLimits",
    summary: "Get limits",
    description: "The limits that apply to the caller, and the usage.",
    answer: {
      description: "The app's limits.",
      schema: "AppLimits",
      examples: {
        admin: {
          summary: "For an admin",
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
