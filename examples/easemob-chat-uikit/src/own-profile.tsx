import { Avatar, rootStore } from "easemob-chat-uikit";
import { observer } from "mobx-react-lite";
import { useState } from "react";

/** The kit shows profiles and has no form to change one's own. */
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
      // The kit looks a profile up once, and must be told of another one. What was emptied is not in the answer.
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
