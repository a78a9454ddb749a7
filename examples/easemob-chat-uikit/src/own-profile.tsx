import { Avatar, rootStore } from "easemob-chat-uikit";
import { observer } from "mobx-react-lite";
import { useState } from "react";

/** The form for the user's own profile: the kit only shows profiles. */
export const OwnProfile = observer(function OwnProfile({ user }: { readonly user: string }) {
  const [problem, setProblem] = useState("");
  const { addressStore } = rootStore;
  const { nickname = "", avatarUrl = "" } = addressStore.resolveUserInfo(user);

  async function save(form: FormData) {
    try {
      const saved = await rootStore.client.userInfoManager.updateOwnInfo({
        nickname: String(form.get("nickname")),
        avatarUrl: String(form.get("avatar")),
      });
      // The kit reads a profile only once, so it must be given the new one. The answer omits empty attributes.
      addressStore.mergeAppUserInfo([{ nickname: "", avatarUrl: "", ...saved }]);
      setProblem("");
    } catch (error) {
      setProblem(String(error));
    }
  }

  return (
    <details className="own-profile">
      <summary>
        <Avatar src={avatarUrl}>{nickname || user}</Avatar>
        <strong>{nickname || user}</strong>
      </summary>
      <form key={nickname + avatarUrl} action={save}>
        <label>
          Name
          <input name="nickname" defaultValue={nickname} />
        </label>
        <label>
          Address of the avatar
          <input name="avatar" defaultValue={avatarUrl} />
        </label>
        <button type="submit">Save</button>
        <output>{problem}</output>
      </form>
    </details>
  );
});
