import type { Client } from "@usermeta/client";
import { type FormEvent, useState } from "react";
import { messageOf } from "./message-of.ts";
import { ConflictError, type Draft, saveProfile } from "./save-profile.ts";

interface Props {
  readonly client: Client;
  readonly user: string;
  /** Read once. A change while the form is open is a conflict. */
  readonly initial: Draft;
  readonly onDone: () => void;
}

export function ProfileForm({ client, user, initial, onDone }: Props) {
  const [seen, setSeen] = useState(initial);
  const [draft, setDraft] = useState(initial);
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();

  async function save(known: Draft): Promise<void> {
    setSeen(known);
    setSaving(true);
    try {
      await saveProfile(client, user, known, draft);
      onDone();
    } catch (failure) {
      setError(failure);
      setSaving(false);
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void save(seen);
  }

  function take(stored: Draft): void {
    setSeen(stored);
    setDraft(stored);
    setError(undefined);
  }

  return (
    <form onSubmit={submit}>
      <h2>My profile</h2>
      <label>
        Nickname
        <input value={draft.nickname} onChange={({ target }) => setDraft({ ...draft, nickname: target.value })} />
      </label>
      <label>
        Address of the avatar
        <input
          type="url"
          value={draft.avatarurl}
          onChange={({ target }) => setDraft({ ...draft, avatarurl: target.value })}
        />
      </label>
      {error !== undefined && <p role="alert">{messageOf(error)}</p>}
      {error instanceof ConflictError ? (
        <>
          <dl>
            <dt>Nickname stored now</dt>
            <dd>{error.stored.nickname || "none"}</dd>
            <dt>Avatar stored now</dt>
            <dd>{error.stored.avatarurl || "none"}</dd>
          </dl>
          <button type="button" onClick={() => take(error.stored)}>
            Take what is stored
          </button>
          <button type="button" disabled={isSaving} onClick={() => save(error.stored)}>
            Store mine
          </button>
        </>
      ) : (
        <button type="submit" disabled={isSaving}>
          Save
        </button>
      )}
      <button type="button" onClick={onDone}>
        Cancel
      </button>
    </form>
  );
}
