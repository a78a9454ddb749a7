import type { Client } from "@usermeta/client";
import { useProfile } from "@usermeta/client/react";
import { messageOf } from "./message-of.ts";

interface Props {
  readonly client: Client;
  readonly user: string;
}

/** A user's avatar and name. All of them that mount together make one call. */
export function Person({ client, user }: Props) {
  const { attributes, isLoading, isMissing, error } = useProfile(client, user);
  if (isLoading) return <span className="person">…</span>;
  const name = attributes?.nickname ?? user;
  const avatar = attributes?.avatarurl;
  return (
    <span className="person">
      {avatar === undefined ? (
        <span className="avatar" aria-hidden="true">
          {name.slice(0, 1)}
        </span>
      ) : (
        <img className="avatar" src={avatar} alt="" />
      )}
      {name}
      {isMissing && <small>no such user</small>}
      {error !== undefined && <small role="alert">{messageOf(error)}</small>}
    </span>
  );
}
