import { didYouMean } from "../../../config/did-you-mean.ts";
import { OPTIONS } from "../../../config/options.ts";
import { choicesOf, oneOf, onOff, wholeNumber } from "../../../config/values.ts";
import { type AppSettings, CONFLICT_RULES, DIALECTS, REGISTRATIONS } from "../../../core/model.ts";
import { TTL_SECONDS_MAX } from "../../../core/tokens/tokens.ts";
import { type Call, type Flag, flagText } from "../../command.ts";
import { usageError } from "../../terminal/failure.ts";

interface SettingFlag extends Flag {
  readonly setting: keyof AppSettings;
  readonly value: ReturnType<typeof wholeNumber> | ReturnType<typeof oneOf> | typeof onOff;
  /** Whether `default` restores the server's own value. */
  readonly hasDefault: boolean;
}

const DEFAULT = "default";

/** The settings of an app that `app create` and `app set` accept. */
export const SETTING_FLAGS: readonly SettingFlag[] = [
  {
    name: "rate-per-second",
    setting: "ratePerSecond",
    placeholder: "n|default",
    value: OPTIONS.ratePerSecond.value,
    hasDefault: true,
    help: "calls per second of each kind; 0 = unlimited",
  },
  {
    name: "user-bytes-max",
    setting: "userBytesMax",
    placeholder: "n|default",
    value: OPTIONS.userBytesMax.value,
    hasDefault: true,
    help: "size limit of one user's attributes, in bytes or such as 16k",
  },
  {
    name: "app-bytes-max",
    setting: "appBytesMax",
    placeholder: "n|default",
    value: OPTIONS.appBytesMax.value,
    hasDefault: true,
    help: "size limit of all users' attributes together",
  },
  {
    name: "batch-max",
    setting: "batchMax",
    placeholder: "n|default",
    value: OPTIONS.batchMax.value,
    hasDefault: true,
    help: "maximum number of users per batch call",
  },
  {
    name: "dialect",
    setting: "dialect",
    placeholder: DIALECTS.join("|"),
    value: oneOf(DIALECTS),
    hasDefault: false,
    help: "the generation of the vendors' documents that responses follow",
  },
  {
    name: "registration",
    setting: "registration",
    placeholder: `${REGISTRATIONS.join("|")}|default`,
    value: OPTIONS.registration.value,
    hasDefault: true,
    help: "who may create users: anyone, or clients with an app token",
  },
  {
    name: "conflicts",
    setting: "conflicts",
    placeholder: CONFLICT_RULES.join("|"),
    value: oneOf(CONFLICT_RULES),
    hasDefault: false,
    help: "how to handle conflicting sets: refuse (409) or merge",
  },
  {
    name: "companion-calls",
    setting: "companionCalls",
    placeholder: "on|off",
    value: onOff,
    hasDefault: false,
    help: "answer the calls that SDKs make besides profiles, as a server without messages and contacts",
  },
  {
    name: "check-ext",
    setting: "checkExt",
    placeholder: "on|off",
    value: onOff,
    hasDefault: false,
    help: "reject an ext attribute whose text is not a JSON object",
  },
  {
    name: "token-ttl",
    setting: "tokenTtlSeconds",
    placeholder: "seconds",
    value: wholeNumber(0, TTL_SECONDS_MAX),
    hasDefault: false,
    help: "lifetime of tokens whose request names none; 0 = permanent",
  },
];

/** The settings given on the command line. Fails with all errors in them. */
export function givenSettings(call: Pick<Call, "flags">): Partial<AppSettings> {
  const settings: Partial<Record<keyof AppSettings, unknown>> = {};
  const mistakes: string[] = [];
  for (const { name, setting, value, hasDefault } of SETTING_FLAGS) {
    const text = flagText(call, name);
    if (text === undefined) continue;
    if (hasDefault && text === DEFAULT) {
      settings[setting] = null;
      continue;
    }
    const result = value.safeParse(text);
    if (result.success) settings[setting] = result.data;
    else {
      const rule = `${result.error.issues[0]?.message}${hasDefault ? `, or ${DEFAULT}` : ""}`;
      const meant = didYouMean(text, [...choicesOf(value), ...(hasDefault ? [DEFAULT] : [])]);
      mistakes.push(`--${name} ${JSON.stringify(text)}: ${rule}${meant}`);
    }
  }
  if (mistakes.length > 0) throw usageError(...mistakes);
  return settings as Partial<AppSettings>; // as: each row's value is parsed for its setting
}
