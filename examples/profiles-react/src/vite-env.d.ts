interface ImportMetaEnv {
  readonly VITE_URL: string;
  readonly VITE_USERS: string;
}
