const { VITE_APP_KEY, VITE_REST_URL, VITE_SOCKET_URL, VITE_USERS } = import.meta.env as Readonly<
  Record<string, string>
>;

const STAND_IN_CHANNEL = `${location.origin.replace("http", "ws")}/stand-in-channel`;

/** Points the kit at the server. */
export const KIT = {
  appKey: VITE_APP_KEY ?? "",
  restUrl: VITE_REST_URL ?? "",
  msyncUrl: VITE_SOCKET_URL || STAND_IN_CHANNEL,
};

export const CONTACTS = (VITE_USERS ?? "").split(",").filter((user) => user !== "");
