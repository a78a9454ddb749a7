/**
 * The published bundles that the tests load, exactly as npm brings them. A page loads `files` in order, as classic
 * scripts; each leaves its exports in the global `websdk`, so `afterwards` picks them up before the next one comes.
 */
export interface SdkBuild {
  readonly title: string;
  readonly files: readonly { readonly url: string; readonly afterwards: string }[];
  /** An expression for a function that takes the SDK's options and makes its connection. */
  readonly connect: string;
  /** What `open` calls the two; the mini builds have names of their own. */
  readonly credentials: { readonly user: string; readonly password: string };
  /** The full builds resolve `registerUser` with the whole answer, the mini builds with its one entity. */
  readonly registered: "answer" | "entity";
}

const FULL = { credentials: { user: "user", password: "pwd" }, registered: "answer" } as const;
const MINI = {
  connect: `(options) => {
    const mini = new MiniCore(options);
    for (const [name, plugin] of Object.entries({ contact, group, presence, silent })) mini.usePlugin(plugin, name);
    return mini;
  }`,
  credentials: { user: "username", password: "password" },
  registered: "entity",
} as const;

export const EASEMOB_WEBSDK: SdkBuild = {
  ...FULL,
  title: "easemob-websdk",
  files: [{ url: import.meta.resolve("easemob-websdk/Easemob-chat.js"), afterwards: "" }],
  connect: "(options) => new websdk.connection(options)",
};

export const AGORA_CHAT: SdkBuild = {
  ...FULL,
  title: "agora-chat",
  files: [{ url: import.meta.resolve("agora-chat/Agora-chat.js"), afterwards: "" }],
  connect: "(options) => new websdk.default.connection(options)",
};

export const EASEMOB_WEBSDK_MINI: SdkBuild = {
  ...MINI,
  title: "easemob-websdk, mini",
  files: [
    { url: import.meta.resolve("easemob-websdk/miniCore/miniCore.js"), afterwards: "const MiniCore = websdk;" },
    { url: import.meta.resolve("easemob-websdk/contact/contact.js"), afterwards: "const contact = websdk;" },
    { url: import.meta.resolve("easemob-websdk/group/group.js"), afterwards: "const group = websdk;" },
    { url: import.meta.resolve("easemob-websdk/presence/presence.js"), afterwards: "const presence = websdk;" },
    { url: import.meta.resolve("easemob-websdk/silent/silent.js"), afterwards: "const silent = websdk;" },
  ],
};

export const AGORA_CHAT_MINI: SdkBuild = {
  ...MINI,
  title: "agora-chat, mini",
  files: [
    { url: import.meta.resolve("agora-chat/miniCore/miniCore.js"), afterwards: "const MiniCore = websdk.default;" },
    { url: import.meta.resolve("agora-chat/contact/contact.js"), afterwards: "const contact = websdk;" },
    { url: import.meta.resolve("agora-chat/group/group.js"), afterwards: "const group = websdk;" },
    { url: import.meta.resolve("agora-chat/presence/presence.js"), afterwards: "const presence = websdk;" },
    { url: import.meta.resolve("agora-chat/silent/silent.js"), afterwards: "const silent = websdk;" },
  ],
};
