import { expect } from "bun:test";
import type { Admin } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";

/** An avatar as a data URL, so that the page requests no other host: 9 by 9 pixels. */
export const PICTURE =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E%3Crect width='9' height='9' fill='teal'/%3E%3C/svg%3E";
export const PICTURE_WIDTH = 9;

/** Of the default rate limit. */
const ENOUGH_CALLS = 50;

/**
 * Creates users, each with a name and an avatar: `contact001` is called Contact 001. Waits if the app's rate limit
 * requires it, and leaves part of the rate for later calls.
 */
export async function makeContacts(admin: Admin, count: number): Promise<readonly string[]> {
  const contacts = Array.from({ length: count }, (_, index) => `contact${String(index + 1).padStart(3, "0")}`);
  await Promise.all(
    contacts.map(async (contact) => {
      await eventually(() => admin.newUser(contact));
      await eventually(async () => {
        const { status, text } = await admin.set(contact, { nickname: nicknameOf(contact), avatarurl: PICTURE });
        if (status !== 200) throw new Error(text);
      });
    }),
  );
  await eventually(async () => {
    const { rates } = (await admin.limits()).body.data;
    for (const bucket of ["set", "token"]) expect(rates[bucket].remaining).toBeGreaterThan(ENOUGH_CALLS);
  });
  return contacts;
}

export function nicknameOf(contact: string): string {
  return contact.replace("contact", "Contact ");
}
