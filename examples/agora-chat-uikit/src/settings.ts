// as, below: `.env` names all four, and Vite gives texts.
const { VITE_APP_KEY, VITE_REST_URL, VITE_SOCKET_URL, VITE_USERS } = import.meta.env;

const STAND_IN_CHANNEL = `${location.origin.replace("http", "ws")}/stand-in-channel`;

/** Points the kit at the server. Three of these options are in the kit's types, but not in its README. */
export const KIT_CONFIG = {
  appKey: VITE_APP_KEY as string,
  restUrl: VITE_REST_URL as string,
  msyncUrl: (VITE_SOCKET_URL as string) || STAND_IN_CHANNEL,
  // With true, the default, the SDK would ask the vendor for both addresses.
  isHttpDNS: false,
  // With false, the default, the kit would load no profiles.
  useUserInfo: true,
};

export const USERS = (VITE_USERS as string).split(",").filter((id) => id !== "");
