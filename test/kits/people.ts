import type { Admin } from "../harness/client.ts";

/** An avatar that comes with its address, so that the page asks no other host for it: 9 by 9 pixels. */
export const PICTURE =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E%3Crect width='9' height='9' fill='teal'/%3E%3C/svg%3E";
export const PICTURE_WIDTH = 9;

/** Makes users with a name and an avatar each: `contact001` is called Contact 001. */
export async function makeContacts(admin: Admin, count: number): Promise<readonly string[]> {
  const contacts = Array.from({ length: count }, (_, index) => `contact${String(index + 1).padStart(3, "0")}`);
  await Promise.all(
    contacts.map(async (contact) => {
      await admin.newUser(contact);
      const { status, text } = await admin.set(contact, { nickname: nicknameOf(contact), avatarurl: PICTURE });
      if (status !== 200) throw new Error(text);
    }),
  );
  return contacts;
}

export function nicknameOf(contact: string): string {
  return contact.replace("contact", "Contact ");
}
