import { type AppUserInfo, Avatar, rootStore, useAddressContext, useClient } from "agora-chat-uikit";
import { type FormEvent, useEffect, useState } from "react";
import { messageOf } from "./message-of.ts";

/** The form for the user's own profile: the kit only shows profiles. */
export function OwnProfile({ user }: { user: string }) {
  const profile = useAddressContext().appUsersInfo[user];
  useEffect(() => {
    void rootStore.addressStore.getUserInfo(user);
  }, [user]);
  return (
    <section className="own-profile">
      <header>
        <Avatar src={profile?.avatarurl}>{profile?.nickname || user}</Avatar>
        <strong>{profile?.nickname || user}</strong>
      </header>
      {profile !== undefined && <ProfileForm user={user} profile={profile} />}
    </section>
  );
}

function ProfileForm({ user, profile }: { user: string; profile: AppUserInfo }) {
  const client = useClient();
  const [state, setState] = useState("");

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const changes = { nickname: String(form.get("nickname")), avatarurl: String(form.get("avatarurl")) };
    try {
      await client.updateUserInfo(changes);
      const { addressStore } = rootStore;
      // The kit never replaces a profile that it has loaded, so it must be given the new one.
      addressStore.setAppUserInfo({ ...addressStore.appUsersInfo, [user]: { ...profile, ...changes } });
      setState("Saved.");
    } catch (error) {
      setState(messageOf(error));
    }
  }

  return (
    <form onSubmit={save}>
      <label>
        Nickname
        <input name="nickname" defaultValue={profile.nickname} />
      </label>
      <label>
        Avatar
        <input name="avatarurl" type="url" defaultValue={profile.avatarurl} />
      </label>
      <button type="submit">Save</button>
      <output>{state}</output>
    </form>
  );
}
