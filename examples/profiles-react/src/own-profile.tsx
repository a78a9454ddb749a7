import type { Client } from "@usermeta/client";
import { useProfile } from "@usermeta/client/react";
import { useState } from "react";
import { ProfileForm } from "./profile-form.tsx";
import { draftOf } from "./save-profile.ts";

interface Props {
  readonly client: Client;
  readonly user: string;
}

export function OwnProfile({ client, user }: Props) {
  const { attributes } = useProfile(client, user);
  const [isEditing, setEditing] = useState(false);
  // Still loading.
  if (attributes === undefined) return null;
  if (isEditing) {
    return <ProfileForm client={client} user={user} initial={draftOf(attributes)} onDone={() => setEditing(false)} />;
  }
  return (
    <button type="button" onClick={() => setEditing(true)}>
      Edit my profile
    </button>
  );
}
